"""Vectors that have rotted in the catalog: never indexed, never taken over, mended by embedding."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from indexer.errors import IndexDamagedError
from indexer.maintenance.check import check
from indexer.maintenance.copy import copy
from indexer.maintenance.upkeep import compact, rebuild
from indexer.pipeline import add
from search.engine import Engine

ROTTEN = {
    "not a number": np.full(256, np.nan, np.float16).tobytes(),
    "infinite": np.full(256, np.inf, np.float16).tobytes(),
    "zeros": bytes(512),
    "too long": (np.ones(256) * 3).astype(np.float16).tobytes(),
    "another dimension": bytes(100),
    "half a number": bytes(101),
}


@pytest.fixture(params=ROTTEN)
def rotten(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An index whose catalog has a vector that no model gave."""
    index = tmp_path / "index"
    source = tmp_path / "papers.jsonl"
    lines = [{"id": f"p{n}", "title": f"Paper {n}", "abstract": f"topic {n}"} for n in range(9)]
    source.write_text("".join(json.dumps(line) + "\n" for line in lines))
    add(index, [str(source)], model="hashing")
    with closing(sqlite3.connect(index / "catalog.sqlite")) as connection:
        value = (ROTTEN[request.param],)
        connection.execute("UPDATE vectors SET vector = ? WHERE row = 4", value)
        connection.commit()
    return index


def test_it_is_one_line_until_all_is_embedded_again(rotten: Path) -> None:
    for use in (compact, rebuild, lambda index: copy(index, index.parent / "copy")):
        with pytest.raises(IndexDamagedError, match="rebuild --embed") as raised:
            use(rotten)
        assert "\n" not in str(raised.value)
    rebuild(rotten, embed=True)
    assert check(rotten) == []
    with Engine.open(rotten) as engine:
        assert engine.search("Paper 3").results[0].paper.id == "p3"


def test_papers_that_come_are_embedded_anew(rotten: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.jsonl"
    more.write_text('{"id": "other", "title": "Paper 3", "abstract": "topic 3"}\n')
    tally = add(rotten, [str(more)], keep_duplicates=True)
    assert (tally.added, tally.embedded) == (1, 1)
    with Engine.open(rotten) as engine:
        assert "other" in [result.paper.id for result in engine.search("Paper 3", limit=2)]
