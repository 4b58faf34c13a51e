"""Visit tables of trials, CSV."""
