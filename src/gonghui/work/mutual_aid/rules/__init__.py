"""What no scheme may change: the kinds of plans, how a person's aid is numbered, and the dated defaults of the work."""
