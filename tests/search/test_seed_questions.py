"""The questions written for the seed page before anything was searched, and never changed since."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.papers.paper import title_id
from indexer.pipeline import add
from search.engine import Engine
from search.options import Mode

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
_FILE = Path(__file__).parent / "seed_questions.jsonl"
QUESTIONS = [json.loads(line) for line in _FILE.read_text(encoding="utf-8").splitlines()]


@pytest.mark.slow
@pytest.mark.shared
def test_the_seed_papers_are_found_among_ten_thousand(tmp_path: Path) -> None:
    papers = SHARED / "papers" / "huggingface-daily.jsonl.gz"
    page = SHARED / "seed" / "huggingface-daily-papers.txt"
    if not page.exists():
        pytest.skip("needs ../shared, which is not part of the project")
    add(tmp_path / "index", [str(papers), str(page)])
    ranks = seed_ranks(tmp_path / "index", "hybrid")
    assert sum(rank == 1 for rank in ranks) >= 15, ranks
    assert sum(rank <= 5 for rank in ranks) >= 20, ranks
    # By meaning alone the model of this size falls short of these figures: 10 and 15.
    ranks = seed_ranks(tmp_path / "index", "dense")
    assert sum(rank == 1 for rank in ranks) >= 9, ranks
    assert sum(rank <= 5 for rank in ranks) >= 14, ranks


def seed_ranks(index: Path, mode: Mode) -> list[int]:
    with Engine.open(index) as engine:
        return [_rank(engine, mode, ask["question"], title_id(ask["title"])) for ask in QUESTIONS]


def _rank(engine: Engine, mode: Mode, question: str, id: str) -> int:
    found = [result.paper.id for result in engine.search(question, mode=mode, limit=1000).results]
    return found.index(id) + 1 if id in found else 1001
