"""What people type first: `make help` tells all, and git's hooks run what `make lint` runs."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def make(*arguments: str) -> str:
    done = subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_help_tells_of_every_target() -> None:
    (targets,) = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    told = re.findall(r"^make ([a-z-]+) +\S", make("help"), re.MULTILINE)
    assert sorted(told) == sorted(targets.split())


def test_hooks_run_what_lint_runs() -> None:
    # Nothing is installed here, whatever stands in .venv.
    commands = make("-n", "-o", ".venv/dev-installed", "lint").splitlines()
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    assert re.findall(r"^ +entry: (.+)$", hooks, re.MULTILINE) == commands
    assert len(commands) > 1
