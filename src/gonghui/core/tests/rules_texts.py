"""Schemes for tests: a text around steps, and the same without examples where nobody knows what comes out."""

from dataclasses import replace

from gonghui.core.rules import document
from gonghui.core.rules.scheme import Scheme

ABOVE = 4
"""Lines of the text above the first step."""


def text(steps: str, *, inputs: str = "x_fen = [0, 1_000_000]", parameters: str = "", example: str = "{}") -> str:
    """A whole text; its first step stands in line 5."""
    return (
        f"title = '示例'\nvalid_from = 2020-01-01\nsource = '示例'\nsteps = '''\n{steps}\n'''\n[inputs]\n{inputs}\n"
        f"[parameters.default]\n{parameters}\n[[examples]]\ntitle = '例'\ncases = [{example}]\n"
    )


def scheme(steps: str, *, inputs: str = "x_fen = [0, 1_000_000]", parameters: str = "") -> Scheme:
    """The scheme of the steps."""
    return Scheme(replace(document.read(text(steps, inputs=inputs, parameters=parameters)), examples=()))
