"""The nouns: protocol, phase, session, course, clinic, busy times, and how people write them."""
