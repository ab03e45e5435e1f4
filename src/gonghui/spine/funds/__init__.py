"""Money of the unions: books in double entry, restricted funds, and the one way by which payments are made."""
