"""What all tests share: the test profile, set before Django reads its settings."""

import os

os.environ["GONGHUI_PROFILE"] = "test"
