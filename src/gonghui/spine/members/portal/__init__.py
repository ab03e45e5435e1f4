"""The portal's first pages: a member's home, own data, own affairs, own account, and the ways in."""

from gonghui.spine.members.portal import account, data, entrance, home

urlpatterns = [*entrance.urlpatterns, *home.urlpatterns, *data.urlpatterns, *account.urlpatterns]
__all__ = ["urlpatterns"]
