"""Union work: one folder per kind, none of which imports another."""
