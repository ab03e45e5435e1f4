"""The shell for machines: one typed interface, described by its own document; no page to browse it."""

from ninja import NinjaAPI

VERSION = "1"


def shell() -> NinjaAPI:
    """The interface, to which each app adds its routes."""
    return NinjaAPI(
        title="gonghui",
        version=VERSION,
        description="Figures and facts of a trade-union federation, for other systems.",
        urls_namespace="api",
        docs_url=None,
    )
