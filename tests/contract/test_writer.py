"""What every store's writer does and refuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from indexer.errors import IndexBusyError, IndexNotFoundError, ModelError
from indexer.models.embedder import HASHING_MODEL, Model
from indexer.models.hashing import HashingEmbedder
from indexer.models.recipe import RECIPE, document_text, embed
from indexer.papers.identity import Name
from indexer.papers.paper import Paper
from indexer.snapshot import Snapshot
from indexer.store import Store
from tests.contract.conftest import filled
from tests.contract.papers import MODEL, Change, commit, entries_of, only_added
from tests.contract.questions import all_keys, ids

ONE, TWO = Paper(id="one", title="Graphs", ids=("10.1/a",)), Paper(id="two", title="Attention")


def seen(store: Store) -> list[str]:
    """What readers see."""
    snapshot = shown(store)
    return ids(snapshot, all_keys(snapshot))


def shown(store: Store) -> Snapshot:
    snapshot = store.snapshot()
    assert snapshot is not None
    return snapshot


def test_an_index_that_is_not_there(store: Store) -> None:
    with pytest.raises(IndexNotFoundError):
        store.snapshot()
    with pytest.raises(IndexNotFoundError):
        store.recover()
    with pytest.raises(IndexNotFoundError), store.writer():
        pass
    assert store.location


def test_what_is_committed_is_seen_when_it_is_published(store: Store) -> None:
    with store.writer(lambda: MODEL) as writer:
        assert writer.model == MODEL
        commit(writer, [ONE])
        assert writer.current(["one"]) == {"one": ONE}
        assert seen(store) == []
        about = writer.publish()
        assert about == shown(store).about
        assert (about.papers, about.change, about.model) == (1, 1, MODEL)
        assert about.recipe == RECIPE
        commit(writer, [TWO])
        assert seen(store) == ["one"]
        assert writer.publish().generation == about.generation + 1
        assert writer.publish() == shown(store).about
    assert seen(store) == ["one", "two"]


def test_what_a_failed_writer_committed_is_recovered(store: Store) -> None:
    fill_with(store, ONE)

    def fail() -> None:
        with store.writer() as writer:
            commit(writer, [TWO])
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert seen(store) == ["one"]
    store.recover()
    assert seen(store) == ["one", "two"]


def test_the_next_writer_publishes_what_was_committed(store: Store) -> None:
    fill_with(store, ONE)
    with store.writer() as writer:
        commit(writer, [TWO])
    with store.writer():
        assert seen(store) == ["one", "two"]


def fill_with(store: Store, *papers: Paper) -> Snapshot:
    return filled(store, (Change(papers, (), published=True),))


def test_a_commit_is_all_or_nothing(store: Store) -> None:
    fill_with(store, ONE)

    def names() -> Iterator[Name]:
        yield Name("two")
        raise KeyError

    (good,) = entries_of([replace(ONE, title="Other")])
    bad = replace(entries_of([TWO])[0], names=names())
    with store.writer() as writer:
        with pytest.raises(KeyError):
            writer.commit([good, bad], ["one"], {"note": "said"})
        assert writer.current(["one", "two"]) == {"one": ONE}
        assert writer.meta("note") is None
        assert writer.publish().change == 1
    assert shown(store).papers(all_keys(shown(store))) == [ONE]


def test_one_writes_at_a_time(store: Store) -> None:
    fill_with(store, ONE)
    with store.writer() as writer:
        commit(writer, [TWO])
        with pytest.raises(IndexBusyError), store.writer():
            pass
        store.recover()  # does nothing while somebody writes
        assert seen(store) == ["one"]
    with store.writer():
        pass


def test_a_commit_of_nothing_is_no_change(store: Store) -> None:
    about = fill_with(store, ONE).about
    with store.writer() as writer:
        writer.commit([], meta={"note": "said"})
        assert writer.meta("note") == "said"
        assert writer.meta("other") is None
        assert writer.publish() == about
    with store.writer() as writer:
        assert writer.meta("note") == "said"


def test_papers_are_replaced_and_removed_by_their_ids(store: Store) -> None:
    fill_with(store, ONE, TWO)
    key = shown(store).locate(["one"])
    with store.writer() as writer:
        commit(writer, [replace(ONE, title="Newer")], ["two", "nothing"])
        writer.publish()
    snapshot = shown(store)
    assert seen(store) == ["one"]
    assert snapshot.papers(snapshot.locate(["10.1/a"]))[0].title == "Newer"
    assert snapshot.locate(["two"]).tolist() == [-1]
    assert key.tolist() != [-1]


def test_who_bears_a_name(store: Store) -> None:
    with store.writer(lambda: MODEL) as writer:
        commit(writer, [ONE, replace(TWO, ids=("10.1/a", "one"))])
        (own,) = writer.bearers(["one"], own=True)
        assert own[0] == Name("one")
        assert {name.name for name, _ in writer.bearers(["one", "10.1/a", "nothing"])} == {
            *("one", "10.1/a")
        }
        assert len(writer.bearers(["one"])) == len(writer.bearers(["10.1/a"])) == 2
        held = writer.known([own[1], 10_000])
        assert [*held] == [own[1]]
        assert held[own[1]].paper == ONE
        assert {name.name for name in held[own[1]].names} == {"one", "10.1/a"}
        assert held[own[1]].arrived == 1
        assert writer.current(["10.1/a", "one", "nothing"]) == {"10.1/a": ONE, "one": ONE}
        commit(writer, [replace(ONE, title="Newer")])
        ((_, row),) = writer.bearers(["one"], own=True)
        assert writer.known([own[1]]) == {}
        assert writer.known([row])[row].arrived == 1


def test_what_was_embedded_stays_known(store: Store) -> None:
    entry, other = entries_of([ONE, TWO])
    entry = replace(entry, truncated=True)
    with store.writer(lambda: MODEL) as writer:
        writer.commit([entry, other])
        writer.commit([], ["one"])
        found = writer.embedded([entry.text_hash, other.text_hash, "nothing"])
    assert found.keys() == {entry.text_hash, other.text_hash}
    assert found[entry.text_hash].vector.tobytes() == entry.vector.tobytes()
    assert found[entry.text_hash].truncated
    assert not found[other.text_hash].truncated


def test_papers_of_a_source_can_be_committed_again(store: Store) -> None:
    papers = [replace(ONE, sources=("a", "b")), replace(TWO, sources=("b",))]
    with store.writer(lambda: MODEL) as writer:
        commit(writer, papers)
        assert writer.from_source("c", 9) == []
        assert len(writer.from_source("b", 1)) == 1
        assert len(writer.from_source("b", 9)) == 2
        (entry,) = writer.from_source("a", 9)
        assert (entry.paper, entry.arrived) == (papers[0], 1)
        assert {name.name for name in entry.names} >= {"one", "10.1/a"}
        writer.commit([replace(entry, paper=replace(entry.paper, sources=("b",)))])
        assert writer.from_source("a", 9) == []
        assert writer.publish().change == 2
    assert shown(store).sources() == {"b": 2}


def test_a_sample_is_always_the_same(store: Store) -> None:
    with store.writer(lambda: MODEL) as writer:
        commit(writer, only_added(1, 20)[0].papers)
        some = writer.sample(4)
        assert len({paper.id for paper in some}) == 4
        assert some == writer.sample(4)
        assert {paper.id for paper in writer.sample(50)} == {f"p{n}" for n in range(20)}


class Shifted(HashingEmbedder):
    """Another model."""

    @property
    def model(self) -> Model:
        return replace(MODEL, name="shifted", revision="2")


def test_new_vectors_are_staged(store: Store) -> None:
    fill_with(store, ONE, TWO)
    model, recipe = Shifted().model, "other/1"
    with store.writer(outdated=True) as writer:
        staging = writer.staging(model, recipe)
        assert staging.share() == 0
        ((row, paper),) = staging.missing(1)
        staging.keep([row], embed(Shifted(), [document_text(paper)]))
        assert staging.share() == 0.5
    assert shown(store).about.model == MODEL
    with store.writer(outdated=True) as writer:  # goes on
        staging = writer.staging(model, recipe)
        assert staging.share() == 0.5
        ((row, paper),) = staging.missing(9)
        assert paper == TWO
        encoded = embed(Shifted(), ["something else"])
        encoded.truncated[:] = True
        staging.keep([row], encoded)
        assert staging.missing(9) == []
        staging.adopt()
        assert writer.model == model
        about = writer.publish()
    assert (about.model, about.recipe, about.papers, about.truncated) == (model, recipe, 2, 1)
    snapshot = shown(store)
    assert snapshot.about == about
    halves = encoded.vectors.astype(np.float16)
    np.testing.assert_array_equal(snapshot.vectors(snapshot.locate(["two"])), halves)


def test_staging_starts_over_for_another_model(store: Store) -> None:
    fill_with(store, ONE)
    with store.writer() as writer:
        staging = writer.staging(Shifted().model, RECIPE)
        staging.keep([staging.missing(1)[0][0]], embed(Shifted(), ["Graphs"]))
        assert staging.share() == 1
        assert writer.staging(MODEL, RECIPE).share() == 0


def test_the_embedder_is_that_of_the_index(store: Store) -> None:
    fill_with(store, ONE)
    model = shown(store).about.model
    assert store.embedder(model).model == model
    given = HashingEmbedder()
    assert store.embedder(model, given) is given
    with pytest.raises(ModelError):
        store.embedder(replace(model, dimension=3), given)
    assert store.new_embedder(HASHING_MODEL, "auto", list).model == MODEL
