"""Measurements of the platform beside their limits, on a large journal of their own: `make bench`."""
