"""The tree of unions, the employers they cover, and how a union is set up."""
