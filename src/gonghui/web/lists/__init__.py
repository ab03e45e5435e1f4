"""What every list has beside its rows: views kept under a name, acts on many rows at once, and the list as a file."""
