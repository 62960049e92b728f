"""A server as a process, for tests of whatever talks to it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SERVE = [sys.executable, "-m", "api.cli", "serve"]


@contextmanager
def serving(index: Path | str, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server on a free port: its address and its process."""
    with subprocess.Popen(
        [*SERVE, "--index", str(index), "--port", "0", *options],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"https?://\S+:\d+", line)
        try:
            assert found, line
            yield found[0], process
        finally:
            process.kill()
