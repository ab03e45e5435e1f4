"""Pages of the tree of unions and of the set-up desk."""

from gonghui.spine.organisations.console import directory, reshaping, set_ups, tree

urlpatterns = [*directory.urlpatterns, *tree.urlpatterns, *reshaping.urlpatterns, *set_ups.urlpatterns]
