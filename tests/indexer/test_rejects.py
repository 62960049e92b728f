from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.pipeline import add
from indexer.rejects import MAX_BYTES


@pytest.mark.slow
@pytest.mark.parametrize(("count", "line"), [(150_000, "[]"), (15_000, f'["{"論文" * 250}"]')])
def test_a_file_of_nothing_but_rejects_stays_small(tmp_path: Path, count: int, line: str) -> None:
    source, index = tmp_path / "papers.jsonl", tmp_path / "index"
    source.write_text('{"id": "a", "title": "A paper"}\n' + f"{line}\n" * count)
    tally = add(index, [str(source)], model="hashing")
    assert (tally.added, tally.rejected) == (1, count)
    rejects = index / "rejects.jsonl"
    assert rejects.stat().st_size < MAX_BYTES + 1000
    lines = [json.loads(line) for line in rejects.read_text().splitlines()]
    *listed, last = lines
    assert last["reason"] == f"{count - len(listed):,} more rejects aren't listed"
