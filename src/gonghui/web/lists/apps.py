"""The lists' own tables: views under a name, and selections."""

from importlib import import_module

from django.apps import AppConfig


class ListsConfig(AppConfig):
    """What every list has beside its rows."""

    name = "gonghui.web.lists"
    label = "lists"

    def ready(self) -> None:
        """Let search know of views."""
        import_module("gonghui.web.lists.finding")
