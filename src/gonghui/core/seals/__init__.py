"""Seals: settled entries hashed into blocks, blocks into a tree, the tree's head signed and kept by others."""
