"""12351 hotline: workers' appeals taken, dispatched, answered and called back."""
