"""Migrations of returns and filed reports."""
