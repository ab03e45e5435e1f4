"""The lists' own tables: views under a name, and selections."""

from django.apps import AppConfig


class ListsConfig(AppConfig):
    """What every list has beside its rows."""

    name = "gonghui.web.lists"
    label = "lists"
