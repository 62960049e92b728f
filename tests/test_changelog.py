"""The changelog speaks of the version that pyproject.toml names, the only place that names it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from indexer.version import version

ROOT = Path(__file__).resolve().parents[1]


def test_the_newest_heading_is_this_version_or_unreleased() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    named = headings[0].split()[0].strip("[]")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert named in (project["version"], "Unreleased"), headings[0]


def test_what_is_installed_is_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert version() == project["version"], "pyproject.toml changed: run `make demo` again"
