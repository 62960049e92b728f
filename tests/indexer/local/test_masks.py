"""What is kept of masks has a bound, whatever people ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from indexer.local import masks as masking
from indexer.local.catalog.catalog import Catalog
from indexer.local.masks import Masks
from indexer.local.segments.generation import Generation
from indexer.local.segments.manifest import Manifest
from indexer.where import (
    AllWords,
    Among,
    And,
    AnyWord,
    Dates,
    Not,
    Or,
    Phrase,
    TitleIs,
    Where,
)

PAPERS = 50
FILTER = Dates(20200000, 20200000)


@pytest.fixture
def opened(
    make_index: Callable[[Iterable[Mapping[str, object]]], Path],
) -> Iterator[tuple[Generation, Catalog]]:
    folder = make_index(
        {"id": str(n), "title": f"paper {n}", "date": "2020"} for n in range(PAPERS)
    )
    manifest, catalog = Manifest.load(folder), Catalog(folder)
    assert manifest is not None
    yield Generation(folder, manifest), catalog
    catalog.close()


def question(number: int) -> Where:
    """Of masks and positions that no other question has, and the mask of a filter."""
    return And((FILTER, AnyWord(f"paper {number}"), Not(Phrase(("title",), f"paper {number}"))))


@pytest.mark.parametrize("most", [4, 16])
def test_many_questions_keep_few_masks(
    opened: tuple[Generation, Catalog], most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(masking, "CACHED_BYTES", most * PAPERS)
    masks = Masks(*opened)
    for number in range(PAPERS):
        assert masks.of(question(number)).sum() == PAPERS - 1
        for kept in (masks._masks, masks._positions):
            assert sum(each.nbytes for each in kept._held.values()) <= most * PAPERS
    assert len(masks._masks._held) == most
    assert FILTER in masks._masks._held  # the last question has it, too


def test_what_few_papers_meet_is_found_with_and_without_a_mask(
    opened: tuple[Generation, Catalog],
) -> None:
    masks = Masks(*opened)
    expected: list[tuple[Where, list[int]]] = [
        (Phrase(("title",), "paper 7"), [7]),
        (Phrase(("title", "abstract"), "paper 7"), [7]),
        (AllWords("paper 7"), [7]),
        (AllWords("paper"), list(range(PAPERS))),
        (TitleIs("Paper 7!"), [7]),
        (Among((7, -1, 3, 7, PAPERS)), [3, 7]),
        (Or(()), []),
        (Or((TitleIs("paper 7"), Among((2,)))), [2, 7]),
    ]
    for where, positions in expected:
        few = masks.few(where)
        assert few is not None
        assert few.tolist() == np.flatnonzero(masks.of(where)).tolist() == positions
        assert np.flatnonzero(~masks.of(Not(where))).tolist() == positions
    assert masks.few(Or((TitleIs("paper 7"), FILTER))) is None
    assert masks.few(FILTER) is None


def test_nobody_writes_to_a_mask(opened: tuple[Generation, Catalog]) -> None:
    masks = Masks(*opened)
    for where in (FILTER, question(1), Not(FILTER), And(())):
        with pytest.raises(ValueError, match="read-only"):
            masks.of(where)[:] = False
