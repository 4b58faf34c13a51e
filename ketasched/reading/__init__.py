"""Text to values that know line and column, and what is wrong with them."""
