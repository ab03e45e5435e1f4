"""A generated federation and its half-year of work."""
