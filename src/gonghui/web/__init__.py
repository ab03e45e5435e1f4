"""The shells every page stands in: sign-in, console, today, search, profile, and the pieces pages are made of."""
