"""The parts that the words of a cluster's papers are counted in, on a log in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast

import pytest
from opensearchpy.exceptions import NotFoundError

from indexer.glossary.counts import Counts
from indexer.opensearch.address import Address
from indexer.opensearch.querying.glossaries import Glossaries
from indexer.opensearch.querying.versions import Versions
from indexer.opensearch.records import glossary as records
from indexer.opensearch.records.head import GlossaryPart
from indexer.opensearch.requests.client import Cluster
from indexer.opensearch.writing import glossary as writing
from indexer.opensearch.writing.glossary import brought_up, counted_anew, forget
from indexer.papers.paper import Paper


class Log:
    """The documents of a log, and the requests that are made of it."""

    address = Address(hosts=(("127.0.0.1", 9200),), name="n", tls=False)

    def __init__(self) -> None:
        self.documents: dict[str, Mapping[str, Any]] = {}

    def call(self, method: str, path: str) -> Mapping[str, Any]:
        id = path.rpartition("/")[2]
        if id not in self.documents:
            raise NotFoundError(404, "not there", {})
        return {"_source": self.documents[id]}

    def write(self, method: str, path: str, body: Any = None, **params: Any) -> Mapping[str, Any]:
        if method == "DELETE":
            del self.documents[path.rpartition("/")[2]]
            return {}
        items = []
        for action, document in zip(body[::2], body[1::2], strict=True):
            id = json.loads(action)["create"]["_id"]
            self.documents[id] = json.loads(document)
            items.append({"create": {"status": 201, "_id": id, "_shards": {"successful": 1}}})
        return {"items": items}


class Papers:
    """Papers by the changes that they are born by."""

    living: Mapping[str, Any] = {"living": {}}

    def __init__(self, log: Log) -> None:
        self.cluster, self.papers = log, list[tuple[int, Paper]]()

    @property
    def change(self) -> int:
        return max((born for born, _ in self.papers), default=0)

    def add(self, *names: str) -> None:
        born = self.change + 1
        self.papers += [
            (born, Paper(id=name, title=name, abstract="neural net (NN)")) for name in names
        ]

    def sources(self, query: Mapping[str, Any], names: Sequence[str]) -> Iterator[dict[str, str]]:
        after = -1
        for part in query.get("bool", {}).get("filter", [query]):
            after = part.get("range", {}).get("born", {}).get("gt", after)
        for born, paper in self.papers:
            if born > after:
                yield {"record": json.dumps(asdict(paper))}


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def papers(log: Log) -> Papers:
    return Papers(log)


def up(papers: Papers, parts: tuple[GlossaryPart, ...]) -> tuple[GlossaryPart, ...]:
    return brought_up(cast(Versions, papers), parts)


def counts(log: Log, parts: tuple[GlossaryPart, ...]) -> Counts:
    return Glossaries(cast(Cluster, log)).of(parts).counts()


def expected(papers: Papers) -> Counts:
    return Counts.of(paper for _, paper in papers.papers)


def test_what_comes_is_added_in_a_small_part(log: Log, papers: Papers) -> None:
    assert up(papers, ()) == ()
    papers.add("one", "two")
    first = up(papers, ())
    assert [part.papers for part in first] == [2]
    papers.add("three")
    second = up(papers, first)
    papers.add("four", "five")
    third = up(papers, second)
    assert third[0] == first[0]
    assert [part.papers for part in third] == [2, 3]
    assert counts(log, third) == expected(papers)
    assert up(papers, third) == third
    forget(cast(Cluster, log), second, third)
    assert counts(log, third) == expected(papers)
    assert len(log.documents) == 2


def test_a_small_part_that_has_grown_is_merged(
    papers: Papers, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "SMALL", 2)
    papers.add("one", "two", "three")
    parts = up(papers, ())
    for name in ("four", "five", "six"):
        papers.add(name)
        parts = up(papers, parts)
    assert [part.papers for part in parts] == [6]
    assert counts(log, parts) == expected(papers)


def test_what_is_lost_is_counted_anew(log: Log, papers: Papers) -> None:
    papers.add("one")
    first = up(papers, ())
    papers.add("two")
    second = up(papers, first)
    log.documents.pop(records.ids_of(second[1])[0])
    papers.add("three")
    third = up(papers, second)
    assert [part.papers for part in third] == [3]
    assert counts(log, third) == expected(papers)


def test_a_part_in_many_pieces_is_read_whole(
    log: Log, papers: Papers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "_PIECE", 100)
    papers.add(*(f"paper{number} of many" for number in range(50)))
    parts = counted_anew(cast(Versions, papers))
    assert parts[0].pieces > 3
    assert counts(log, parts) == expected(papers)
    log.documents[records.ids_of(parts[0])[1]] = {"value": {"piece": "no base64"}}
    assert records.read_part(cast(Cluster, log), parts[0]) is None
