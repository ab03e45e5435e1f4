"""typst with the fonts we ship and, before them, those of the deployer's folder; never the machine's own."""

import threading
from functools import cache
from pathlib import Path
from typing import Any, Literal

from django.conf import settings

from gonghui.core.errors import Refusal

_LOCK = threading.Lock()


def _folders() -> list[Path]:
    import pylopdf_fonts_zh_cn

    own = getattr(settings, "GONGHUI_FONTS", "")
    return [*([Path(own)] if own else []), pylopdf_fonts_zh_cn.serif_path().parent]


@cache
def _fonts() -> Any:
    """Every face that may be used, looked through once a process."""
    import typst

    for folder in _folders():
        if not folder.is_dir():
            raise Refusal(
                "reports.fonts_missing", "GONGHUI_FONTS 指的文件夹 %(folder)s 不存在，请改正", folder=str(folder)
            )
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(_folders()))


@cache
def families() -> frozenset[str]:
    """The names of the faces there are."""
    return frozenset(_fonts().families())


def compiled(source: bytes, inputs: dict[str, str], *, form: Literal["pdf", "png"], ppi: float | None = None) -> bytes:
    """The document typst makes of a source and its inputs, one at a time."""
    with _LOCK:
        made = _compiler().compile(source, format=form, ppi=ppi, sys_inputs=inputs)
    if not isinstance(made, bytes):
        raise Refusal("reports.print_empty", "没有排出任何一页，请告诉管理员")
    return made


@cache
def _compiler() -> Any:
    import typst

    return typst.Compiler(font_paths=_fonts(), ignore_system_fonts=True)
