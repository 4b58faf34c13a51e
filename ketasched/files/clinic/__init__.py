"""Clinic files."""
