"""Collective bargaining: offers, talks, votes, contracts and tripartite meetings."""
