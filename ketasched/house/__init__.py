"""Many courses that share one house: planned one by one or together, beside what stands."""
