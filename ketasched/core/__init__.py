"""The pure heart: no files, clock, environment or terminal."""
