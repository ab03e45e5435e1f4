"""The pages of mutual aid for members, and the texts of the plans, which everybody may read."""

from gonghui.work.mutual_aid.portal import aid, claims, own_data, plans

urlpatterns = [*claims.urlpatterns, *aid.urlpatterns, *plans.urlpatterns]
__all__ = ["own_data", "urlpatterns"]
