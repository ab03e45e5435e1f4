"""Pages of the roster: members, one of them, transfers, and who came and went."""

from gonghui.spine.members.console import changes, finding, members, own, roster, subjects, transfers

urlpatterns = [
    *roster.urlpatterns,
    *transfers.urlpatterns,
    *changes.urlpatterns,
    *own.urlpatterns,
    *members.urlpatterns,
]
__all__ = ["finding", "subjects", "urlpatterns"]
