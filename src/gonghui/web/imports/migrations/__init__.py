"""How the tables of the import desk came to be."""
