"""A machine without what a cluster needs: a reason, and a failure where one is required."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.fixtures import REQUIRED

TEST = f"{Path(__file__).with_name('test_launcher.py')}::test_three_nodes_are_green_together"


@pytest.mark.parametrize(
    ("environment", "outcome"), [({}, "SKIPPED [1]"), ({REQUIRED: "1"}, "ERROR")]
)
@pytest.mark.slow
def test_a_missing_program(environment: dict[str, str], outcome: str, tmp_path: Path) -> None:
    """No program at all, in fact."""
    kept = {name: value for name, value in os.environ.items() if name != REQUIRED}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", TEST],
        cwd=Path(__file__).parents[2],
        env={**kept, **environment, "PATH": str(tmp_path), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    (line,) = [line for line in done.stdout.splitlines() if line.startswith(outcome)]
    assert " on the PATH: " in line or "no Java" in line
    assert done.returncode == (1 if environment else 0)
