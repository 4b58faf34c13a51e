"""Tables of courses that already run, as coordinators keep them."""
