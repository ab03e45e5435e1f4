"""Pages of officials, their posts, and the codes that let them in again."""

from gonghui.spine.officials.console import codes, posts

urlpatterns = [*posts.urlpatterns, *codes.urlpatterns]
