"""Reads the text files people write, and says what is wrong with them, line and column."""
