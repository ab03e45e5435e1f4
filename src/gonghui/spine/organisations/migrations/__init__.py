"""Database changes, in order."""
