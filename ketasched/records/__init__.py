"""Courses on disk."""
