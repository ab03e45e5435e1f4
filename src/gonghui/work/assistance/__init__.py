"""Help to workers in difficulty: hardship files, warmth, cooling, schooling, medical grants."""
