"""Tests of the keeping of papers."""
