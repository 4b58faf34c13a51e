"""How things look in a terminal; nothing else imports rich."""
