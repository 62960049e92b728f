from __future__ import annotations

import json
from pathlib import Path

from indexer.papers.paper import Paper
from indexer.sources import open_source


def test_records_of_ones_own_that_look_alike_keep_their_authors(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps({"paperId": "x1", "title": "Own", "authors": "Ann Doe; Bob Roe"}))
    (paper,) = open_source(str(path))
    assert isinstance(paper, Paper)
    assert (paper.id, paper.authors) == ("x1", ("Ann Doe", "Bob Roe"))
