"""A platform for a trade-union federation; every figure opens into its entries."""
