"""Campaigns in money and goods: what came in, what it was used for, what is disclosed."""
