"""Filters of the pages of returns."""
