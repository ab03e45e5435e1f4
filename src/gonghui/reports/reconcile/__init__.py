"""Reconcile: a published report's text, also a damaged one, held against the books.

`repair` mends the text, `tokens` finds its numbers, `lists` its numbered lists; `joining` pairs numbers with figures by
the words of words.toml; `against` asks the journal and says which printed numbers it supports. All but the last know
neither Django nor any value.
"""
