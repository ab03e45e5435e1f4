"""The desks in menu order; no desk is reachable unless it is written here."""
