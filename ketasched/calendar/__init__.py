"""Calendar entries and the .ics file."""
