"""From words to what is planned."""
