"""Saved searches bring what is new and near, and each paper once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.errors import ModelError, PaperNotFoundError, UsageError
from indexer.memory.store import MemoryStore
from indexer.papers.paper import Paper, make_paper
from indexer.pipeline import add
from indexer.where import Arrived
from search.digest import Digest, SavedSearch, digest, still_there
from search.engine import Engine
from search.query.filters import Filters

Record = Mapping[str, object]
WORDS = {
    "proteins": "folding residues chains structure enzyme sequence helix amino",
    "galaxies": "redshift telescope halo nebula survey spectra clusters dust",
    "grammar": "verbs nouns clause syntax parser treebank morphology case",
}


def record(topic: str, number: int, **more: object) -> Record:
    words = WORDS[topic].split()
    turned = words[number % 8 :] + words[: number % 8]
    return {
        "id": f"{list(WORDS).index(topic) + 21}01.{number:05}",
        "title": f"{topic} {turned[0]} {number}",
        "abstract": f"{topic} {' '.join(turned[:5])}",
        "date": "2021-01-05",
        **more,
    }


def others(number: int) -> Record:
    words = np.random.default_rng(number).choice(500, 8)
    return {"id": f"o{number}", "title": " ".join(f"word{word}" for word in words)}


OLD = [record(topic, number) for topic in WORDS for number in range(1, 6)]
OTHERS = [others(number) for number in range(400)]
NEW = [
    record("proteins", 40, date="2026-03-01", upvotes=3, categories=["q-bio.BM"]),
    record("proteins", 41, date="2026-03-01", upvotes=30, authors=["Ada A."]),
    record("proteins", 42, date="1999", upvotes=900),
    record("galaxies", 43, date="2026-03-02"),
]
PROTEINS = SavedSearch(name="Proteins", question="proteins", filters=Filters())


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> MemoryStore:
    """Papers of three topics among others, then four more; read only."""
    folder, store = tmp_path_factory.mktemp("digest"), MemoryStore()
    put(store, folder, [*OLD, *OTHERS])
    put(store, folder, NEW)
    return store


@pytest.fixture(scope="module")
def engine(store: MemoryStore) -> Iterator[Engine]:
    with Engine.open(store) as opened:
        yield opened


def put(store: MemoryStore, folder: Path, records: Sequence[Record]) -> None:
    path = folder / "papers.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in records))
    add(store, [str(path)], model="hashing", keep_duplicates=True)


def news(engine: Engine, *searches: SavedSearch, known: Sequence[str] = ()) -> Digest:
    return digest(engine, searches, Arrived(2, 3), known=known)


def ids(found: Digest) -> dict[str, list[str]]:
    return {s.name: [r.paper.id[-2:] for r in s.results] for s in found.sections}


def test_only_what_is_new_and_near_comes_and_what_trends_comes_first(engine: Engine) -> None:
    found = news(engine, PROTEINS)
    # The paper of 1999 has most upvotes, but nobody speaks of it now.
    assert ids(found) == {"Proteins": ["41", "40", "42"]}
    assert found.came == 4
    assert found.papers[0].title.startswith("proteins")


def test_a_search_without_news_is_left_out(engine: Engine) -> None:
    grammar = SavedSearch(name="Grammar", question="grammar syntax verbs", filters=Filters())
    assert ids(news(engine, grammar)) == {}
    nothing = Arrived(3, 3)
    assert digest(engine, [PROTEINS], nothing) == Digest((), 0)


def test_a_paper_comes_once_with_the_first_search_that_takes_it(engine: Engine) -> None:
    best = SavedSearch(name="Best", question="proteins", limit=1, filters=Filters(authors=("ada",)))
    assert ids(news(engine, best, PROTEINS)) == {"Best": ["41"], "Proteins": ["40", "42"]}


def test_what_the_reader_knows_makes_room_for_others(engine: Engine) -> None:
    one = SavedSearch(name="One", question="proteins", limit=1, filters=Filters())
    first = news(engine, one).papers[0].id
    (second,) = news(engine, one, known=[first]).papers
    assert second.id != first


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        (Filters(categories=("q-bio",)), ["40"]),
        (Filters(authors=("ada",)), ["41"]),
        (Filters(before="2000"), ["42"]),
        (Filters(categories=("math",)), []),
    ],
)
def test_filters_narrow(engine: Engine, filters: Filters, wanted: list[str]) -> None:
    search = SavedSearch(name="Proteins", question="proteins", filters=filters)
    assert ids(news(engine, search)).get("Proteins", []) == wanted


def test_what_is_not_close_is_no_news(engine: Engine) -> None:
    search = SavedSearch(name="P", question="verbs", filters=Filters())
    found = ids(news(engine, search)).get("P", [])
    close = [result.paper.id for result in engine.search("verbs", limit=1000) if result.close]
    assert set(found) <= set(close)


def test_papers_like_given_ones_and_unlike_others(engine: Engine) -> None:
    like = SavedSearch(name="Like", like=("2101.00001", "2101.00002"), filters=Filters())
    assert set(ids(news(engine, like))["Like"]) <= {"40", "41", "42"}
    missing = SavedSearch(name="Lost", like=("2101.99999",), filters=Filters())
    with pytest.raises(PaperNotFoundError, match=r"search .Lost.: .*: not in the index"):
        news(engine, missing)
    far = SavedSearch(name="Far", like=("2101.00001",), unlike=("2199.00001",), filters=Filters())
    with pytest.raises(PaperNotFoundError, match=r"2199\.00001"):
        news(engine, far)


def library(*records: Record) -> tuple[Paper, ...]:
    return tuple(make_paper(one, source="library") for one in records)


def test_a_library_of_two_topics_brings_both(engine: Engine) -> None:
    held = [*OLD[:4], *OLD[5:9]]
    search = SavedSearch(name="Mine", library=library(*held), filters=Filters())
    assert set(ids(news(engine, search))["Mine"]) == {"40", "41", "42", "43"}


def test_a_library_that_the_index_does_not_hold_is_read(engine: Engine) -> None:
    elsewhere = [{**record("galaxies", number), "id": f"10.1000/{number}"} for number in range(5)]
    search = SavedSearch(name="Mine", library=library(*elsewhere), filters=Filters())
    assert ids(news(engine, search)) == {"Mine": ["43"]}


def test_what_is_in_the_library_is_no_news(engine: Engine) -> None:
    known = [NEW[0], {**NEW[1], "id": "10.1000/other-id"}, *OLD[:3]]
    search = SavedSearch(name="Mine", library=library(*known), filters=Filters())
    found = ids(news(engine, search))["Mine"]
    assert "40" not in found  # by its id
    assert "41" not in found  # by its text
    assert "42" in found


def test_a_library_far_from_everything_brings_nothing(engine: Engine) -> None:
    cooking = [{"title": "sourdough bread", "abstract": "flour water salt and patience"}]
    search = SavedSearch(name="Mine", library=library(*cooking), filters=Filters())
    assert ids(news(engine, search)) == {}


def test_keeping_away_from_a_paper_counts_in_a_library(engine: Engine) -> None:
    mine = library(*OLD[:3], *OLD[5:8])
    plain, found = (
        {one.paper.id: one.score for one in engine.suiting(mine, unlike=unlike)}
        for unlike in ([], ["2101.00005"])
    )
    assert found["2101.00004"] < plain["2101.00004"]
    assert "2101.00005" in plain.keys() - found.keys()
    with pytest.raises(UsageError, match="a library of 0 papers"):
        engine.suiting([])


def test_pages_of_a_library_go_on(engine: Engine) -> None:
    mine = library(*OLD[:3])
    pages = [*engine.suiting(mine, limit=3), *engine.suiting(mine, limit=3, offset=3)]
    assert pages == engine.suiting(mine, limit=6)


def test_papers_that_come_meanwhile_are_of_the_next_one(tmp_path: Path) -> None:
    store = MemoryStore()
    put(store, tmp_path, [*OLD, *OTHERS])
    with Engine.open(store) as engine:
        put(store, tmp_path, NEW[:2])
        now = engine.history().now().change
        put(store, tmp_path, [*NEW[2:], {**NEW[0], "title": "proteins folding, revised"}])
        found = digest(engine, [PROTEINS], Arrived(2, now))
        assert ids(found) == {"Proteins": ["41", "40"]}


def test_without_the_model_there_is_no_digest(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ModelError("no model here")

    monkeypatch.setattr(store, "embedder", broken)
    with (
        Engine.open(store) as engine,
        pytest.raises(ModelError, match=r"search 'Proteins': .*no model here"),
    ):
        news(engine, PROTEINS)


def test_searches_go_on_without_papers_that_are_gone(engine: Engine) -> None:
    some = SavedSearch(name="Some", like=("2101.00001", "2101.99999"), filters=Filters())
    gone = SavedSearch(name="Gone", like=("2101.99999",), filters=Filters())
    kept, notes = still_there(engine, [PROTEINS, some, gone])
    assert kept == [PROTEINS, replace(some, like=("2101.00001",))]
    assert notes == [
        "search 'Some': 2101.99999 is not in the index; passed over",
        "search 'Gone': 2101.99999 not in the index; the whole search is passed over",
    ]
    assert still_there(engine, [gone])[0] == [gone]
