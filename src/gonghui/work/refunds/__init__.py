"""Union dues, their split, and their refund to small and micro employers."""
