"""What happens to a running course: changes, make-ups, extensions, duties, the day's agenda."""
