"""Tests of the rules, models, actions and pages beside them."""
