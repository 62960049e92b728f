"""What is kept of masks has a bound, whatever people ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from indexer.local import masks as masking
from indexer.local.catalog.catalog import Catalog
from indexer.local.masks import Masks
from indexer.local.segments.generation import Generation
from indexer.local.segments.manifest import Manifest
from indexer.where import And, AnyWord, Dates, Not, Phrase, Where

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
    """Of three masks that no other question has, and that of a filter."""
    return And((FILTER, AnyWord(f"paper {number}"), Not(Phrase(("title",), f"paper {number}"))))


@pytest.mark.parametrize("most", [4, 16])
def test_many_questions_keep_few_masks(
    opened: tuple[Generation, Catalog], most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(masking, "CACHED_BYTES", most * PAPERS)
    masks = Masks(*opened)
    for number in range(PAPERS):
        assert masks.of(question(number)).sum() == PAPERS - 1
        assert sum(mask.nbytes for mask in masks._kept.values()) <= most * PAPERS
    assert len(masks._kept) == most
    assert FILTER in masks._kept  # the last question has it, too


def test_nobody_writes_to_a_mask(opened: tuple[Generation, Catalog]) -> None:
    masks = Masks(*opened)
    for where in (FILTER, question(1), Not(FILTER), And(())):
        with pytest.raises(ValueError, match="read-only"):
            masks.of(where)[:] = False
