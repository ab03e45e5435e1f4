"""Stamped papers behind a return: checked, scanned for personal numbers, kept under a random name."""
