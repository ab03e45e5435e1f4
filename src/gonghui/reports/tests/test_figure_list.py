"""`docs/figures.md` is what the declarations say today."""

from pathlib import Path

from gonghui.core.figures import FIGURES
from gonghui.reports.figure_list import figures_markdown

DOCUMENT = Path(__file__).parents[4] / "docs" / "figures.md"


def test_the_list_of_figures_is_fresh():
    assert DOCUMENT.read_text(encoding="utf-8") == figures_markdown(), "run `make docs`"


def test_every_figure_is_listed_in_english_and_chinese():
    text = figures_markdown()
    for figure in FIGURES.values():
        assert f"`{figure.name}` {figure.title}" in text
        assert figure.meaning in text
