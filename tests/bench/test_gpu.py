"""The script for a GPU, tried on a CPU."""

from __future__ import annotations

import subprocess
import sys

import pytest


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.bench.gpu", *options],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_it_tells_rates_and_how_far_the_vectors_are_apart() -> None:
    done = run("--device", "cpu", "--count", "8")
    assert done.returncode == 0, done.stderr
    told = done.stdout.split()
    least = float(told[told.index("cosine") + 1].rstrip(","))
    assert 0.997 <= least < 0.999_999
    assert "papers/s over 8;" in done.stdout
