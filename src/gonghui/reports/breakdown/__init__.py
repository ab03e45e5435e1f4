"""A figure by the unions below: which parts may be shown to whom, and why then and now differ."""
