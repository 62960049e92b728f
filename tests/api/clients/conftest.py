"""One service as a process of its own, which the real clients of other services ask."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.pipeline import add

ROOT = Path(__file__).resolve().parents[3]
TOPICS = ("sparse attention", "graph kernels", "protein folding", "speech synthesis")


def record(number: int) -> dict[str, Any]:
    topic = TOPICS[number % len(TOPICS)]
    return {
        "id": f"2412.{number:05}",
        "title": f"On {topic}, part {number}",
        "abstract": f"We study {topic} and compare {number} ways to go about it.",
        "authors": [f"Author Number{number}", "Zoë Shared"],
        "date": f"2024-12-{number:02}",
        "submitted": f"2024-12-{number:02}",
        "categories": ["cs.CL" if number % 2 else "math.OC"],
        "venue": "NeurIPS" if number % 2 else "ICML",
        "upvotes": 100 - number,
        "comments": number,
    }


TWIN: dict[str, Any] = {
    "id": "10.1162/neco.1997.9.8.1735",
    "ids": ["corpusid:1915014"],
    "title": "Long <script>short-term</script> [memory](http://x.example)",
    "abstract": "Learning to store information over extended intervals, $x < y$.",
    "authors": ["Sepp Hochreiter"],
    "date": "1997",
    "venue": "Neural Computation",
}


@pytest.fixture(scope="session")
def daily_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Papers of a month that were listed day by day, and one of an older time."""
    folder = tmp_path_factory.mktemp("clients")
    lines = [json.dumps(entry) + "\n" for entry in [*map(record, range(1, 29)), TWIN]]
    (folder / "papers.jsonl").write_text("".join(lines), encoding="utf-8")
    add(folder / "index", [str(folder / "papers.jsonl")], model="hashing")
    return folder / "index"


@pytest.fixture(scope="session")
def address(daily_index: Path) -> Iterator[str]:
    """Where ``nearpaper serve`` answers."""
    command = [sys.executable, "-m", "api.cli", "serve", "--port", "0", "--index", str(daily_index)]
    with subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"http://\S+:\d+", line)
        try:
            assert found, line
            yield found[0]
        finally:
            process.kill()
