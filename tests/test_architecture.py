"""What the import contracts cannot see: string foreign keys, privacy, words, addresses in files."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Model

from gonghui.core.privacy import undeclared

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src/gonghui"
INWARD = {"core": 0, "web": 1, "spine": 2, "reports": 3, "work": 3, "scenario": 4, "project": 5}
REPORTS_MAY_POINT_AT = {"core", "web", "web.imports", "spine.organisations", "spine.officials", "reports"}
FORBIDDEN_WORDS = ("舆情", "工运", "政治安全")
# The hook that reads commits looks for the same: folders of one machine, registries, download addresses.
MACHINE = re.compile(
    r"/(?:wor[k]|far[m]|roo[t]|hom[e])/[a-z]|p[y]pi\.org|pythonhoste[d]|registry\.npmj[s]|\"resolved\":|--?index-ur[l]"
)


def app_of(model: type[Model]) -> str:
    """`spine.organisations` for a model of that app, `reports` for one of reports; '' for other people's."""
    name = apps.get_app_config(model._meta.app_label).name
    return name.removeprefix("gonghui.") if name.startswith("gonghui.") else ""


def ours() -> list[type[Model]]:
    return [model for model in apps.get_models() if app_of(model)]


def relations() -> Iterator[tuple[str, str, str]]:
    """Every foreign key as (from app, to app, its name)."""
    for model in ours():
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if field.concrete and isinstance(target, type) and app_of(target):
                yield app_of(model), app_of(target), f"{model.__name__}.{field.name}"


def test_foreign_keys_follow_the_arrows() -> None:
    wrong = []
    for here, there, name in relations():
        near, far = here.split(".")[0], there.split(".")[0]
        if here == there:
            continue
        if INWARD[far] > INWARD[near] or (near == far == "work"):
            wrong.append(f"{name}: {here} -> {there}")
        if near == far == "spine" and there != "spine.organisations":
            wrong.append(f"{name}: {here} -> {there}")
        if near == "reports" and there not in REPORTS_MAY_POINT_AT:
            wrong.append(f"{name}: {here} -> {there}")
    assert wrong == []


def test_there_are_no_generic_foreign_keys_and_core_points_nowhere() -> None:
    assert [name for here, there, name in relations() if here == "core" and there != "core"] == []
    assert [m.__name__ for m in ours() if m._meta.private_fields] == []


def test_every_model_field_declares_class_purpose_and_retention() -> None:
    assert [complaint for model in ours() for complaint in undeclared(model)] == []


def packages() -> list[Path]:
    """The rings and the apps in them."""
    folders = [PACKAGE, *(PACKAGE / ring for ring in INWARD)]
    for ring in ("work", "spine"):
        folders += [path for path in (PACKAGE / ring).iterdir() if (path / "__init__.py").exists()]
    return folders


@pytest.mark.parametrize("folder", packages(), ids=lambda path: path.name)
def test_every_app_says_in_one_sentence_what_it_is_for(folder: Path) -> None:
    text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text())) or ""
    assert text.endswith(".")
    assert len(text.splitlines()) == 1


def python_files() -> list[Path]:
    return [path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts]


def test_every_module_and_every_model_has_a_docstring() -> None:
    wrong = []
    for path in python_files():
        tree = ast.parse(path.read_text())
        if tree.body and not ast.get_docstring(tree):
            wrong.append(str(path.relative_to(PACKAGE)))
    wrong += [model.__name__ for model in ours() if not model.__doc__ or model.__doc__.startswith(f"{model.__name__}(")]
    assert wrong == []


def test_nothing_is_imported_for_types_only_and_nothing_is_marked_safe() -> None:
    pattern = re.compile(r"\bTYPE_CHECKING\b|\bmark_safe\b")
    assert [str(path) for path in python_files() if pattern.search(path.read_text())] == []
    templates = [path for path in PACKAGE.rglob("*.html") if re.search(r"\|\s*safe\b|autoescape off", path.read_text())]
    assert templates == []


def test_a_refusal_is_said_once() -> None:
    """The shell says it above every page of the console; parts of a page that say what is wrong leave it out."""
    again = [
        path.name
        for path in PACKAGE.rglob("*.html")
        if '{% extends "web/console.html" %}' in (text := path.read_text())
        and re.search(r'include "parts/errors\.html"(?![^%]* refusal=None)', text)
    ]
    assert again == []


def test_pages_hold_no_inline_script_or_style() -> None:
    pattern = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*(?:\bsrc=|application/json))", re.IGNORECASE)
    assert [
        str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.html") if pattern.search(path.read_text())
    ] == []


def committed() -> Iterator[tuple[str, str]]:
    """Every text file that git knows, with its text."""
    listing = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in names.split("\0"):
        path = ROOT / name
        if name and path.is_file():
            try:
                yield name, path.read_text()
            except UnicodeDecodeError:
                continue


def test_no_form_catalogue_or_menu_uses_the_forbidden_words() -> None:
    here = str(Path(__file__).relative_to(ROOT))
    found = [
        (name, word)
        for name, text in committed()
        if name != here and name.startswith("src/")
        for word in FORBIDDEN_WORDS
        if word in text
    ]
    assert found == []


def test_committed_files_name_no_machine_folder_and_no_registry() -> None:
    here = str(Path(__file__).relative_to(ROOT))
    assert [(name, found[0]) for name, text in committed() if name != here and (found := MACHINE.search(text))] == []


def test_locks_pin_every_package_by_hash() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text()
        pins = re.findall(r"^[a-z0-9][^\s=]*==", text, re.MULTILINE)
        assert pins
        assert "http" not in text
        assert all("--hash=sha256:" in block for block in re.split(r"\n(?=[a-z0-9])", text))


def test_files_stay_under_500_lines() -> None:
    long = {str(p.relative_to(PACKAGE)): n for p in python_files() if (n := len(p.read_text().splitlines())) > 500}
    assert long == {}
