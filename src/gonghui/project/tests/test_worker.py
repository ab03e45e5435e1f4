"""What the worker must know before it takes its first job."""

import re
import subprocess
import sys
from pathlib import Path

import gonghui

SOURCE = Path(gonghui.__file__).parent
ASKED = "import django; django.setup(); from gonghui.project import worker; print(*worker.known_tasks())"


def test_a_fresh_worker_knows_every_task_there_is() -> None:
    """In a process of its own: in this one, pages have imported what a worker never sees."""
    written = {
        name
        for path in SOURCE.rglob("*.py")
        if "tests" not in path.parts
        for name in re.findall(r'@app\.task\(name="([^"]+)"', path.read_text(encoding="utf-8"))
    }
    told = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True).stdout
    assert "gonghui.import" in written
    assert written <= set(told.split())
