"""The numbers labour_statistics gives to reports; so far all are returned by the unions."""

from gonghui.core.figures import Figure, returned

AREAS_SCREENED = Figure(
    "labour_statistics.areas_screened",
    "排查的问题方面",
    unit="个方面",
    clock="flow",
    meaning="期内各级工会从自办案件中排查并着手化解的权益问题方面数，同一方面只计一次。",
    fold=returned("distinct"),
    sensitive=True,
    returned_by="city",
)
"""Kinds of breached rights that unions found in their own cases and set out to settle, each once."""
