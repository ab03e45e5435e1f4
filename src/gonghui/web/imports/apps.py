"""At start every app's sheets are read, so that the desk knows them all."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ImportsConfig(AppConfig):
    """The import desk."""

    name = "gonghui.web.imports"
    label = "imports"

    def ready(self) -> None:
        """Fill the registry of sheets; those of people can be asked for as files."""
        autodiscover_modules("sheets")
        import_module("gonghui.web.imports.layouts").declare()
