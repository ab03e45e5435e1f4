"""Mutual medical aid: schemes, enrolment, settlements, claims and appeals."""
