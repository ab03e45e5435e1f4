"""Tests of the generated federation."""
