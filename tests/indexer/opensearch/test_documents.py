"""Papers as documents of a cluster, and documents of an older nearpaper."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

from indexer.entries import Entry
from indexer.opensearch.querying.conditions import Words, query_of
from indexer.opensearch.records.documents import document_of, entry_of, paper_of
from indexer.papers.identity import names_of
from indexer.papers.paper import Paper
from indexer.where import Retracted

PAPER = Paper(
    id="10.5555/a",
    title="Wooden rails",
    authors=("Ann Tester",),
    categories=("cs.TO",),
    retracted=True,
    cite_keys=("doe2023",),
)


def entry(paper: Paper) -> Entry:
    return Entry(paper, "0" * 32, np.ones(4, np.float16), False, names_of(paper))


@pytest.mark.parametrize("paper", [PAPER, Paper(id="b", title="Paper boats")])
def test_a_paper_comes_back_as_it_went_in(paper: Paper) -> None:
    stored = document_of(entry(paper), 1, 1)
    back = entry_of(stored)
    assert back.paper == paper
    assert list(back.names) == names_of(paper)


def test_a_document_of_an_older_nearpaper_is_read() -> None:
    record = asdict(PAPER)
    del record["retracted"], record["cite_keys"]
    assert paper_of({"record": json.dumps(record)}).retracted is False
    # And what nothing new is said of is no different from one of these.
    plain = document_of(entry(Paper(id="b", title="Paper boats")), 1, 1)
    assert not {"retracted", "cite_keys"} & json.loads(plain["record"]).keys()


def test_the_condition_asks_for_what_the_document_holds() -> None:
    asked = query_of(Retracted(), Words(1, lambda _: []))
    ((field, value),) = asked["term"].items()
    assert value in document_of(entry(PAPER), 1, 1)[field]
    assert value not in document_of(entry(Paper(id="b", title="Boats")), 1, 1)[field]
