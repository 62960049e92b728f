"""Counts over several shards are exact, however many values there are and whatever is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from indexer.entries import Entry
from indexer.models.embedder import unit_rows
from indexer.opensearch.address import Address
from indexer.opensearch.querying import facets
from indexer.opensearch.store import OpenSearchStore
from indexer.papers.identity import Name
from indexer.papers.paper import Paper
from indexer.where import ALL, Dates, Where
from tests.cluster.stores import new_store
from tests.contract.papers import MODEL

pytestmark = pytest.mark.cluster

PAPERS, AUTHORS = 3_000, 2_000
RARE = Dates(20200000, 20200000)


def papers() -> list[Paper]:
    """A few authors write much, most write little, many the same."""
    dice = np.random.default_rng(1)
    ranks = dice.zipf(1.3, size=(PAPERS, 4)) % AUTHORS
    return [
        Paper(
            id=f"p{number}",
            title="Some",
            authors=tuple(f"A. {rank}" for rank in row),
            date="2020" if number % 20 == 0 else "2021",
        )
        for number, row in enumerate(ranks.tolist())
    ]


@pytest.fixture(scope="module")
def address(hosts: Sequence[tuple[str, int]]) -> Iterator[Address]:
    """Of all of them on five shards."""
    with new_store(hosts, shards=5, replicas=0) as store:
        vectors = unit_rows(np.random.default_rng(2).normal(size=(PAPERS, MODEL.dimension)))
        halves = vectors.astype(np.float16)
        with store.writer(lambda: MODEL) as writer:
            writer.commit(
                [
                    Entry(paper, paper.id, half, False, [Name(paper.id)])
                    for paper, half in zip(papers(), halves, strict=True)
                ]
            )
            writer.publish()
        yield store.address


@pytest.mark.parametrize("more", [0, 3, 200])
@pytest.mark.parametrize("most", [1, 7, 20, 300, 5_000])
@pytest.mark.parametrize("where", [ALL, RARE])
def test_the_most_frequent_are_exact(
    address: Address, monkeypatch: pytest.MonkeyPatch, where: Where, most: int, more: int
) -> None:
    """Also where shards tell little more than what is asked for, and leave out what counts."""
    monkeypatch.setattr(facets, "MORE", more)
    passing = [paper for paper in papers() if where == ALL or paper.date == "2020"]
    counts = Counter(author for paper in passing for author in set(paper.authors))
    wanted = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]
    snapshot = OpenSearchStore(address).snapshot()  # another one each time, as counts are kept
    assert snapshot is not None
    found = snapshot.facets(where, most)["author"]
    assert [*found.items()] == wanted
