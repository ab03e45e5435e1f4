"""Pages of officials, their posts, the codes that let them in again, and of social workers."""

from gonghui.spine.officials.console import accesses, certificates, codes, posts, social_workers

urlpatterns = [
    *accesses.urlpatterns,
    *posts.urlpatterns,
    *codes.urlpatterns,
    *social_workers.urlpatterns,
    *certificates.urlpatterns,
]
