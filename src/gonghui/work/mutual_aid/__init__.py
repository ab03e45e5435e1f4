"""Mutual medical aid: schemes as dated texts, cover, settlements of the medical-insurance bureau, claims, appeals."""
