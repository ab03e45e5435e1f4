"""At start every app's sheets are read, so that the desk knows them all."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ImportsConfig(AppConfig):
    """The import desk."""

    name = "gonghui.web.imports"
    label = "imports"

    def ready(self) -> None:
        """Fill the registry of sheets."""
        autodiscover_modules("sheets")
