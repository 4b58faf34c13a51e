"""What speaks to other machines, and only when asked to."""
