"""At start every app's facts, figures and reactions are read, so that the registries are whole."""

from django.apps import AppConfig
from django.core import checks
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    """The app under all others."""

    name = "gonghui.core"
    label = "core"

    def ready(self) -> None:
        """Fill the registries and check that every reaction waits for a declared kind."""
        from gonghui.core import reactions
        from gonghui.core.seals import facts as _facts  # noqa: F401

        autodiscover_modules("facts", "figures", "reactions", "audits")
        checks.register(reactions.unknown_kinds)
