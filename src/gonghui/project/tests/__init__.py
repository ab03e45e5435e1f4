"""Tests of settings, command line and the embedded database."""
