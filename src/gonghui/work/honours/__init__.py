"""Selection of model workers and advanced workers."""
