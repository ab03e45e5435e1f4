"""Pages of officials, their posts, and the codes that let them in again."""

from gonghui.spine.officials.console import accesses, codes, posts

urlpatterns = [*accesses.urlpatterns, *posts.urlpatterns, *codes.urlpatterns]
