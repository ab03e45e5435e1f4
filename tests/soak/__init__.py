"""Storms and fuzz: `make soak`."""
