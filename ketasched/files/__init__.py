"""The file formats of others, one folder each."""
