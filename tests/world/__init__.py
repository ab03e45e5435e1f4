"""A small federation with somebody in every role and something in every state, made by the actions officials use.

Both branches, Chaoyang and Haidian, have the same kinds of things, so that whoever is at home in one is a stranger in
the other. Whatever a branch writes into fields about people or into reasons carries the branch's own canary.
"""
