"""Tests of returns and reports."""
