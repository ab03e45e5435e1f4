"""Pages of officials, their posts, the codes that let them in again, and of social workers."""

from django.urls import URLPattern

from gonghui.spine.officials.console import accesses, certificates, codes, finding, posts, social_workers

_PAGES = (accesses, posts, codes, social_workers, certificates, finding)
urlpatterns: list[URLPattern] = [one for module in _PAGES for one in getattr(module, "urlpatterns", [])]
