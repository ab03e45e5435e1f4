"""Migrations of accounts, sessions and the demo."""
