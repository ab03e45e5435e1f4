"""The pages of mutual aid for officials."""

from django.urls import URLPattern

from gonghui.work.mutual_aid.console import (
    claim_entry,
    claims,
    drafting,
    enrolments,
    exceptions,
    funding,
    handing,
    letters,
    replays,
    reviews,
    schemes,
    settlements,
    subjects,
)

_DECIDING = (enrolments, claim_entry, claims, funding, settlements, exceptions, schemes, drafting, replays)
_PAGES = (*_DECIDING, letters, reviews, handing)
urlpatterns: list[URLPattern] = [one for module in _PAGES for one in getattr(module, "urlpatterns", [])]
__all__ = ["subjects", "urlpatterns"]
