"""Named to pytest in pyproject.toml, so that the test profile is set before Django reads its settings."""

import os

os.environ["GONGHUI_PROFILE"] = "test"
