"""Two writers of one index: whoever is thought dead and wakes up can hurt nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

import indexer.opensearch.writing.lease
from indexer.errors import ClusterError, IndexBusyError, IndexNotFoundError
from indexer.models.hashing import HashingEmbedder
from indexer.models.recipe import RECIPE, document_text, embed
from indexer.opensearch.address import Address
from indexer.opensearch.querying.conditions import EVERYTHING
from indexer.opensearch.records.head import read_head
from indexer.opensearch.records.schema import papers_index
from indexer.opensearch.requests import bulk
from indexer.opensearch.requests.client import Cluster
from indexer.opensearch.store import OpenSearchStore
from indexer.opensearch.writing.creation import create_papers
from indexer.papers.paper import Paper
from indexer.where import ALL
from search.engine import Engine
from tests.cluster.overtaking import PausedCluster, When, paused, wait_free
from tests.cluster.stores import new_store
from tests.contract.papers import MODEL, commit, entries_of
from tests.contract.questions import all_keys

pytestmark = pytest.mark.cluster

Hosts = tuple[tuple[str, int], ...]
BEGINNING = [Paper(id=id, title=f"{id} of old") for id in ("kept", "replaced", "removed")]
OLD = {"kept": "kept of old", "replaced": "replaced of old", "removed": "removed of old"}


@pytest.fixture
def store(hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenSearchStore]:
    """Three published papers, and leases of a second."""
    monkeypatch.setattr(indexer.opensearch.writing.lease, "LEASE_SECONDS", 1.0)
    with new_store(hosts) as store:
        with store.writer(lambda: MODEL) as writer:
            commit(writer, BEGINNING)
            writer.publish()
        yield store


def titles(store: OpenSearchStore) -> dict[str, str]:
    """What readers see, each paper once."""
    snapshot = store.snapshot()
    assert snapshot is not None
    papers = snapshot.papers(all_keys(snapshot))
    found = {paper.id: paper.title for paper in papers}
    assert len(found) == len(papers) == snapshot.count(ALL) == snapshot.about.papers
    return found


def change_of(who: str) -> tuple[list[Paper], list[str]]:
    """Births, and deaths of two that were there."""
    papers = [Paper(id="replaced", title=f"replaced by {who}"), Paper(id=f"new-{who}", title=who)]
    return papers, ["removed"]


def write_as(who: str) -> Callable[[OpenSearchStore], object]:
    """Commit a change and publish it."""

    def work(store: OpenSearchStore) -> None:
        with store.writer() as writer:
            commit(writer, *change_of(who))
            writer.publish()

    return work


def seen_of(who: str) -> dict[str, str]:
    """What readers see after a change."""
    return {"kept": "kept of old", "replaced": f"replaced by {who}", f"new-{who}": who}


def documents(store: OpenSearchStore) -> list[dict[str, Any]]:
    """All versions of all papers, visible or not."""
    index = read_head(store.cluster).head.index
    store.cluster.write("POST", f"/{index}/_refresh")
    body = {"query": EVERYTHING, "size": 1000}
    return [hit["_source"] for hit in store.cluster.search(index, body)["hits"]["hits"]]


def assert_one_line(error: BaseException | None) -> None:
    assert isinstance(error, IndexBusyError), repr(error)
    assert "\n" not in str(error)
    assert "run the same command again" in str(error)


def at_rows(method: str, path: str, body: Any) -> bool:
    return path.endswith("/_bulk")


def at_deaths(method: str, path: str, body: Any) -> bool:
    return at_rows(method, path, body) and any('"update"' in line for line in body)


def at_commit(method: str, path: str, body: Any) -> bool:
    return method == "PUT" and "/_doc/change-" in path


def at_publication(method: str, path: str, body: Any) -> bool:
    return path.endswith("/_doc/head") and body is not None and body["value"]["decided"] == 2


@pytest.mark.parametrize(
    "when", [at_rows, at_deaths, at_commit], ids=["before rows", "amid rows", "before the commit"]
)
def test_a_change_that_was_overtaken_is_never_seen(
    store: OpenSearchStore, when: When, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BYTES", 0)  # births and deaths come one by one
    with paused(store.address, write_as("late"), when) as resume:
        assert titles(store) == OLD
        wait_free(store.address)
        write_as("early")(store)
        assert titles(store) == seen_of("early")
        assert_one_line(resume())
    assert titles(store) == seen_of("early")
    with store.writer() as writer:
        commit(writer, [Paper(id="last", title="last")])
        about = writer.publish()
    assert titles(store) == {**seen_of("early"), "last": "last"}
    assert about.change == 4
    head = read_head(store.cluster).head
    assert head.aborted == (2,)
    stored = documents(store)
    assert len({each["row"] for each in stored}) == len(stored)
    assert {each["born"] for each in stored if "late" in each["record"]} <= {2}
    assert {each["born"] for each in stored if "early" in each["record"]} == {3}


def test_what_was_committed_before_it_was_overtaken_stays(store: OpenSearchStore) -> None:
    with paused(store.address, write_as("late"), at_publication) as resume:
        assert titles(store) == OLD
        wait_free(store.address)
        with store.writer():
            assert titles(store) == seen_of("late")  # opening publishes
        assert_one_line(resume())
    assert titles(store) == seen_of("late")


def test_who_commits_before_the_next_writer_says_that_it_did_not_has_committed(
    store: OpenSearchStore,
) -> None:
    """Whoever creates the document of the change first has decided."""
    with paused(store.address, write_as("late"), at_commit) as resume:
        wait_free(store.address)
        with paused(store.address, write_as("early"), at_commit) as go_on:
            assert_one_line(resume())
            assert go_on() is None
    found = titles(store)
    assert found == {**seen_of("early"), "new-late": "late"}
    assert read_head(store.cluster).head.aborted == ()


def test_deaths_by_who_was_overtaken_are_no_reason_to_stop(store: OpenSearchStore) -> None:
    """They come between the next writer's finding the papers and letting them die."""
    with paused(store.address, write_as("late"), at_rows) as resume:
        wait_free(store.address)
        with paused(store.address, write_as("early"), at_rows) as go_on:
            assert_one_line(resume())
            assert go_on() is None
    assert titles(store) == seen_of("early")


def test_papers_that_come_late_do_not_rise_again(store: OpenSearchStore) -> None:
    """A node may hang with a request that was sent again to another one, and do it much later."""
    sent: list[Any] = []

    def keep(method: str, path: str, body: Any) -> bool:
        if at_rows(method, path, body):
            sent.append((path, body))
        return False

    other = OpenSearchStore(store.address)
    other.cluster = PausedCluster(store.address, keep)
    write_as("first")(other)
    other.close()
    write_as("second")(store)
    for path, body in sent:
        store.cluster.write("POST", path, body, require_alias="true")
    with store.writer() as writer:
        commit(writer, [Paper(id="last", title="last")])
        writer.publish()
    assert titles(store) == {**seen_of("second"), "new-first": "first", "last": "last"}


def test_what_nobody_uses_goes_and_nothing_else_does(store: OpenSearchStore) -> None:
    """Who was paused before it removes an index removes none that came into use since."""
    create_papers(store.cluster, papers_index(store.address, 1), MODEL, RECIPE)

    def at_removal(method: str, path: str, body: Any) -> bool:
        return method == "DELETE"

    with paused(store.address, write_as("late"), at_removal) as resume:
        wait_free(store.address)
        reembed(store)
        assert titles(store) == OLD
        assert_one_line(resume())
    assert titles(store) == OLD
    write_as("last")(store)
    assert titles(store) == seen_of("last")
    assert store.cluster.call("GET", f"/{store.address.name}.papers-*/_alias").keys() == {
        read_head(store.cluster).head.index
    }


def reembed(store: OpenSearchStore) -> None:
    """Make new vectors of all papers, and publish them."""
    with store.writer() as writer:
        staging = writer.staging(MODEL, RECIPE)
        while missing := staging.missing(1):
            rows, papers = zip(*missing, strict=True)
            staging.keep(rows, embed(HashingEmbedder(), list(map(document_text, papers))))
        staging.adopt()
        writer.publish()


def test_new_vectors_that_come_late_bring_no_paper_back(store: OpenSearchStore) -> None:
    with paused(store.address, reembed, at_rows) as resume:
        wait_free(store.address)
        reembed(store)
        write_as("early")(store)
        assert_one_line(resume())
    assert titles(store) == seen_of("early")


def at_log(method: str, path: str, body: Any) -> bool:
    return method == "PUT" and path.endswith(".log")


def at_papers(method: str, path: str, body: Any) -> bool:
    return method == "PUT" and ".papers-" in path


def at_head(method: str, path: str, body: Any) -> bool:
    return method == "PUT" and path.endswith("/_doc/head")


@pytest.mark.parametrize("when", [at_log, at_papers, at_head])
def test_of_two_who_make_an_index_one_does(hosts: Hosts, when: When) -> None:
    def make(store: OpenSearchStore) -> None:
        with store.writer(lambda: MODEL) as writer:
            commit(writer, BEGINNING)
            writer.publish()

    with new_store(hosts) as store:
        with paused(store.address, make, when) as resume:
            make(store)
            assert_one_line(resume())
        assert titles(store) == OLD
        write_as("last")(store)
        assert titles(store) == seen_of("last")


@pytest.mark.parametrize("stop", [at_log, at_papers, at_head])
def test_an_index_whose_making_was_stopped_is_made_again(hosts: Hosts, stop: When) -> None:
    def fail(method: str, path: str, body: Any) -> bool:
        if stop(method, path, body):
            raise KeyboardInterrupt
        return False

    with new_store(hosts) as store:
        other = OpenSearchStore(store.address)
        other.cluster = PausedCluster(store.address, fail)
        with pytest.raises(KeyboardInterrupt), other.writer(lambda: MODEL):
            pass
        other.close()
        with pytest.raises(IndexNotFoundError):
            store.snapshot()
        with store.writer(lambda: MODEL) as writer:
            commit(writer, BEGINNING)
            writer.publish()
        assert titles(store) == OLD
        indexes = store.cluster.call("GET", f"/{store.address.name}.*/_alias")
        assert len(indexes) == 2


def test_a_paper_that_the_cluster_refuses_fails_the_whole_change(store: OpenSearchStore) -> None:
    good, bad = entries_of([Paper(id="good", title="good"), Paper(id="bad", title="bad")])
    bad = replace(bad, vector=bad.vector[:3])
    with store.writer() as writer:
        with pytest.raises(ClusterError, match="refused a paper") as caught:
            writer.commit([good, bad], ["kept"])
        assert "\n" not in str(caught.value)
        assert writer.publish().change == 1
        assert titles(store) == OLD
        commit(writer, [Paper(id="last", title="last")])
        writer.publish()
    assert titles(store) == {**OLD, "last": "last"}


class LateCluster(Cluster):
    """Whose copies see each change a while later, as one does that is being moved."""

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self.late = 0

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> dict[str, Any]:
        if ".papers-" in path and path.endswith("/_refresh"):
            self.late += 1
            if self.late % 3:
                return {"_shards": {"failed": 0}}
        return super().call(method, path, body, **options)


def test_a_copy_that_sees_a_change_late_spoils_nothing(store: OpenSearchStore) -> None:
    """Else too many papers are told, and those that came just before are never removed."""
    late = OpenSearchStore(store.address)
    late.cluster = LateCluster(store.address)
    with late.writer() as writer:
        commit(writer, *change_of("first"))
        commit(writer, *change_of("second"))
        commit(writer, [Paper(id="last", title="last")], ["new-first"])
        writer.publish()
    late.close()
    assert titles(store) == {**seen_of("second"), "last": "last"}


def test_pages_and_counts_stay_those_of_the_published_state(store: OpenSearchStore) -> None:
    """Rows that nobody may see yet move the statistics behind BM25."""
    with store.writer() as writer, Engine.open(store) as engine:
        writer.commit(entries_of([of_words(number, "published") for number in range(100)]))
        writer.publish()
        first = engine.search("learning graphs", limit=10)
        pages = [first]
        for number in range(100, 400, 33):
            papers = [of_words(n, "unpublished") for n in range(number, number + 33)]
            writer.commit(entries_of(papers))
            assert writer.current([f"w{number}"])  # it searches, so all of it is searchable
            pages.append(engine.search("learning graphs", limit=10, offset=10 * len(pages)))
        found = [result.paper.id for page in pages for result in page.results]
        assert len(found) == len({*found}) == 103
        assert {page.total for page in pages} == {103}
        assert all(page.facets == first.facets for page in pages)
        assert first.facets["venue"] == {"published": first.close}  # of what is close
        assert not any(
            result.paper.venue == "unpublished" for page in pages for result in page.results
        )
        writer.publish()
        assert engine.search("learning graphs", limit=10).total == 433


def of_words(number: int, venue: str) -> Paper:
    """With more of some words the higher its number."""
    words = ["learning"] * (number % 7) + ["graphs"] * (number % 5) + ["other"] * (number % 11)
    return Paper(id=f"w{number}", title=f"paper {number}", abstract=" ".join(words), venue=venue)
