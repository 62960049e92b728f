"""Looking up words where dead versions and papers that don't pass are among the hits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.local import lexical_search
from indexer.local.lexical_search import bm25
from indexer.local.segments.generation import Generation
from indexer.local.segments.lexicon import Lexicon
from indexer.local.store import LocalStore
from indexer.pipeline import add

PAPERS = 300
WORDS = ["graph", "neural", "network", "attention", "translation", "speech", "vision", "reward"]


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    """Papers of which one in ten has been updated: its old version is still in the lexicon."""
    folder = tmp_path_factory.mktemp("words")
    chance = np.random.default_rng(5)
    for version, numbers in enumerate((range(PAPERS), range(0, PAPERS, 10))):
        records = [
            {"id": f"{n}", "title": f"v{version}", "abstract": " ".join(chance.choice(WORDS, 9))}
            for n in numbers
        ]
        file = folder / f"{version}.jsonl"
        file.write_text("".join(json.dumps(record) + "\n" for record in records))
        add(folder / "index", [str(file)], model="hashing")
    store = LocalStore(folder / "index")
    snapshot = store.snapshot()
    assert snapshot is not None
    yield snapshot.generation
    store.close()


def test_dead_versions_are_passed_over_in_one_look(generation: Generation) -> None:
    assert len(generation.lexicon) > len(np.flatnonzero(generation.live))
    with mock.patch.object(Lexicon, "best", autospec=True, side_effect=Lexicon.best) as looks:
        positions, _ = bm25(generation, "graph network", 50, generation.live)
    assert len(positions) == 50
    assert looks.call_count == 1


@given(
    text=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join),
    k=st.integers(1, 400),
    share=st.sampled_from((0.02, 0.3, 0.9, 1.0)),
    seed=st.integers(0, 99),
)
def test_the_best_that_are_allowed_are_found(
    generation: Generation, text: str, k: int, share: float, seed: int
) -> None:
    allowed = generation.live & (np.random.default_rng(seed).random(len(generation)) < share)
    with mock.patch.object(lexical_search, "few", return_value=0):  # nor by rows
        positions, scores = bm25(generation, text, k, allowed)
    rows, every = generation.lexicon.best(text, len(generation.lexicon))
    places = generation.positions(rows)
    kept = (places >= 0) & allowed[places]
    assert positions.tolist() == places[kept][:k].tolist()
    assert scores.tolist() == every[kept][:k].tolist()
