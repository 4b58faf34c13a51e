"""A waiting list: a table of who is to be admitted."""
