"""A cluster of Ray's on this machine, which takes seconds to start."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.ray.cluster import Cluster

WritePapers = Callable[[int], str]


@pytest.fixture(scope="package")
def cluster() -> Iterator[Cluster]:
    """Started for this process: what runs meanwhile joins it."""
    pytest.importorskip("ray", reason="needs the extra ray")
    started = Cluster("local")
    yield started
    started.close()


@pytest.fixture
def papers(tmp_path: Path) -> WritePapers:
    """Writes a file of so many papers; half of them come twice, far apart, with another text.

    Which of the two texts counts depends on the ids alone, so that some of the later records bring
    a new text and others none.
    """

    def write(count: int) -> str:
        first = [
            _record(number, f"2401.{number:05}" if number % 2 else f"own-{number}", "")
            for number in range(count)
        ]
        again = [
            _record(
                number,
                f"2402.{number:05}" if number % 4 == 0 else f"other-{number}",
                " In other words.",
            )
            for number in range(0, count, 2)
        ]
        path = tmp_path / "papers.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in [*first, *again]))
        return str(path)

    return write


def _record(number: int, id: str, more: str) -> dict[str, object]:
    return {
        "id": id,
        "title": f"On the count of words, part {number}",
        "abstract": f"We count {number % 7} words and find {number % 5}. " * (number % 9) + more,
        "authors": [f"Author {number}"],
        "date": "2024-01-01",
    }
