"""JSON Lines of great length."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.papers.paper import Paper
from indexer.sources import Reject, open_source

WORKS = [{"DOI": f"10.5555/{n}", "title": [f"T{n}"], "references": "x" * 9_999} for n in range(999)]
ANSWERS = {
    "Crossref": {"status": "ok", "message-type": "work-list", "message": {"items": [
        {**work, "reference-count": 1} for work in WORKS]}},
    "OpenAlex": {"meta": {}, "results": [
        {"id": f"https://openalex.org/W{n}", "title": "T", "authorships": [], "x": "x" * 10_100}
        for n in range(999)]},
}  # fmt: skip


@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize("name", ANSWERS)
def test_a_long_answer_on_one_line_is_read(name: str, end: str, tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(ANSWERS[name]) + end)
    assert path.stat().st_size > 10_000_000
    items = list(open_source(str(path)))
    assert [type(item) for item in items] == [Paper] * 999


def test_the_lines_behind_it_have_the_usual_limit(tmp_path: Path) -> None:
    long = json.dumps({"title": "A", "x": "x" * 10_000_000})
    path = tmp_path / "a.jsonl"
    path.write_text(f'{long}\n{long}\n{{"title": "B"}}\n')
    first, reject, last = open_source(str(path))
    assert isinstance(first, Paper)
    assert isinstance(reject, Reject)
    assert reject.reason == "the line is longer than 10,000,000 bytes"
    assert isinstance(last, Paper)
