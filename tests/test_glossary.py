"""The glossary names roles and error codes that exist."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
GLOSSARY = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for path in (ROOT / "src/gonghui").rglob("*.py")
    if "tests" not in path.parts and "scenario" not in path.parts
)


def _last_cells(heading: str) -> list[str]:
    """The names of ours in the tables under a heading."""
    section = GLOSSARY.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    cells = [line.rsplit("|", 2)[1] for line in section.splitlines() if line.startswith("|")]
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def test_every_error_code_in_the_glossary_is_refused_somewhere() -> None:
    codes = {name for name in _last_cells("Errors") if re.fullmatch(r"[a-z_]+\.[a-z_]+", name)}
    known = set(re.findall(r"\"([a-z_]+\.[a-z_]+)\"", SOURCES)) | {"core.rules", "money.split"}
    known |= {f"reports.{name}" for name in re.findall(r"^    \"([a-z_]+)\":", SOURCES, re.MULTILINE)}
    assert len(codes) > 40
    assert codes - known == set()


def test_every_role_in_the_glossary_is_in_roles_toml() -> None:
    roles = set(tomllib.loads((ROOT / "src/gonghui/project/roles.toml").read_text(encoding="utf-8")))
    named = {name for name in _last_cells("Roles") if name.endswith(("_admin", "_lead", "_editor", "_officer"))}
    assert named
    assert named <= roles
    assert roles <= set(_last_cells("Roles"))
