"""Records of one paper become one paper, in whatever order they come, and others don't."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations, count, permutations, product, starmap
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from indexer import pipeline
from indexer.errors import NotFoundError
from indexer.local.catalog.catalog import Catalog
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import compact, info, remove, remove_source
from indexer.papers.identity import differ, is_doi, meet, names_of
from indexer.papers.ids import archive_of, preference
from indexer.papers.paper import Paper, make_paper, merge
from indexer.pipeline import add
from indexer.progress import Tally
from indexer.snapshot import Snapshot

Reading = Callable[[Path], Snapshot]
Record = Mapping[str, object]

PREPRINT: Record = {
    "id": "2305.12345",
    "title": "Folding Papers that are the Same",
    "abstract": "As first submitted.",
    "authors": ["Ana-María Müller", "Bo Chen"],
    "date": "2023-05-17",
    "categories": ["cs.DL"],
}
PUBLISHED: Record = {
    "id": "10.1000/journal.7",
    "title": "Folding papers that are the same.",
    "abstract": "As it was printed, in other words.",
    "authors": ["A. Muller", "B. Chen"],
    "date": "2024",
    "venue": "Journal of Doubles",
    "licence": "CC BY 4.0",
}


def written(path: Path, *records: Record) -> str:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return str(path)


def papers(index: Path) -> dict[str, Paper]:
    catalog = Catalog(index)
    found = [paper for block in catalog.scan(after=0, change=10**9) for paper in block.papers]
    catalog.close()
    return {paper.id: paper for paper in found}


def indexed(tmp_path: Path, *inputs: Iterable[Record], keep_duplicates: bool = False) -> Tally:
    files = [written(tmp_path / f"s{n}.jsonl", *one) for n, one in enumerate(inputs)]
    return add(tmp_path / "index", files, model="hashing", keep_duplicates=keep_duplicates)


def located(snapshot: Snapshot, name: str) -> Paper:
    (paper,) = snapshot.papers(snapshot.locate([name]))
    return paper


@pytest.mark.parametrize("first", [PREPRINT, PUBLISHED])
def test_a_preprint_and_its_published_form_become_one(
    first: Record, tmp_path: Path, reading: Reading
) -> None:
    second = PUBLISHED if first is PREPRINT else PREPRINT
    tally = indexed(tmp_path, [first], [second])
    assert (tally.added, tally.updated, tally.folded) == (1, 1, 1)
    index = tmp_path / "index"
    (paper,) = papers(index).values()
    assert (paper.id, paper.ids) == ("2305.12345", ("10.1000/journal.7",))
    assert set(paper.sources) == {"s0", "s1"}
    assert (paper.abstract, paper.date) == ("As first submitted.", "2023-05-17")
    assert (paper.venue, paper.licence) == ("Journal of Doubles", "CC BY 4.0")
    for name in ("2305.12345", "10.1000/journal.7"):
        assert located(reading(index), name) == paper
    assert check(index) == []


def test_the_same_files_again_cost_nothing_and_fold_nothing(tmp_path: Path) -> None:
    indexed(tmp_path, [PREPRINT], [PUBLISHED])
    again = indexed(tmp_path, [PREPRINT], [PUBLISHED])
    assert (again.updated, again.unchanged, again.embedded, again.folded) == (0, 2, 0, 0)


def test_a_duplicate_that_changes_no_text_is_not_embedded(tmp_path: Path) -> None:
    tally = indexed(tmp_path, [PREPRINT], [PUBLISHED])
    assert tally.embedded == 1


def test_what_turns_out_to_be_one_paper_becomes_one(tmp_path: Path) -> None:
    other = {**PUBLISHED, "title": "Another title in print"}
    link = {"id": "2305.12345", "doi": "10.1000/journal.7", "title": PREPRINT["title"]}
    index = tmp_path / "index"
    assert indexed(tmp_path, [PREPRINT, other]).added == 2
    assert set(papers(index)) == {"2305.12345", "10.1000/journal.7"}
    tally = add(index, [written(tmp_path / "link.jsonl", link)])
    assert (tally.updated, tally.folded, tally.embedded) == (1, 1, 0)
    (paper,) = papers(index).values()
    assert set(paper.sources) == {"s0", "link"}
    assert remove(index, ["doi:10.1000/journal.7"]).removed == ("2305.12345",)
    compact(index)
    assert check(index) == []


def test_duplicates_are_kept_if_so_wished(tmp_path: Path, reading: Reading) -> None:
    tally = indexed(tmp_path, [PREPRINT, PREPRINT], [PUBLISHED], keep_duplicates=True)
    assert (tally.added, tally.folded) == (2, 0)
    assert located(reading(tmp_path / "index"), "10.1000/journal.7").title == PUBLISHED["title"]
    again = indexed(tmp_path, [PREPRINT], [PUBLISHED], keep_duplicates=True)
    assert (again.updated, again.unchanged) == (0, 2)


def test_an_id_means_first_the_paper_that_bears_it(tmp_path: Path, reading: Reading) -> None:
    cites = {**PREPRINT, "doi": "10.1000/journal.7"}
    indexed(tmp_path, [cites], [PUBLISHED], keep_duplicates=True)
    assert located(reading(tmp_path / "index"), "10.1000/journal.7").id == "10.1000/journal.7"


def variant(**changes: object) -> Record:
    return {**PUBLISHED, **changes}


@pytest.mark.parametrize(
    "other",
    [
        variant(authors=["Cleo Roy", "A. Muller"]),
        variant(authors=[]),
        variant(title="Folding papers that are the same, Part II"),
        variant(title="Comment on: Folding papers that are the same"),
        variant(title="Erratum: Folding papers that are the same"),
        variant(title="Folding papers++ that are the same"),
        variant(date="2030"),
        variant(date=""),
        variant(id="2401.00001"),
    ],
)
def test_near_misses_stay_apart(other: Record, tmp_path: Path) -> None:
    assert indexed(tmp_path, [PREPRINT], [other]).folded == 0
    assert len(papers(tmp_path / "index")) == 2


@pytest.mark.parametrize(
    "title",
    [
        *("Introduction", "Editorial", "Book Reviews", "Letter to the Editor"),
        *("Introduction to the special issue on parsing", "Message from the Program Chairs"),
        *("Table of Contents", "Editor's note", "Editorial Board"),
    ],
)
def test_common_titles_stay_apart(title: str, tmp_path: Path) -> None:
    records = [{**PREPRINT, "title": title}, variant(title=title)]
    assert indexed(tmp_path, records).folded == 0


def test_two_papers_of_an_archive_are_two_whatever_their_doi(tmp_path: Path) -> None:
    proceedings = {"doi": "10.1000/proceedings", "authors": ["A. Muller"], "date": "2023"}
    records = [{**proceedings, "id": f"2305.0000{n}", "title": f"Part {n} of it"} for n in (1, 2)]
    anthology = [{**PUBLISHED, "id": f"2024.acl-main.{n}"} for n in (1, 2)]
    assert indexed(tmp_path, records, anthology).folded == 0


LECTURES: Record = {"title": "Lectures on the field theory", "authors": ["Ann Lee"], "date": "2020"}


@pytest.mark.parametrize("shared", [{"doi": "10.1000/both"}, LECTURES])
@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("apart", [False, True])
def test_no_record_makes_one_paper_of_two_that_an_archive_has(
    shared: Record, order: Sequence[int], apart: bool, tmp_path: Path
) -> None:
    records: list[Record] = [
        {"title": "Wooden rails", "abstract": "Rails.", **shared, "id": "2101.00001"},
        {"title": "Paper boats", "abstract": "Boats.", **shared, "id": "2101.00002"},
        {"title": "Of neither", **shared, "id": "https://openalex.org/W7"},
    ]
    inputs = [records[place] for place in order]
    for _ in range(2):
        indexed(tmp_path, *([[one] for one in inputs] if apart else [inputs]))
        found = papers(tmp_path / "index")
        abstracts = {id: paper.abstract for id, paper in found.items()}
        assert abstracts == {"2101.00001": "Rails.", "2101.00002": "Boats."}
        assert sorted(id for paper in found.values() for id in paper.ids if id == "W7") == ["W7"]
    assert check(tmp_path / "index") == []


@pytest.mark.parametrize("apart", [False, True])
def test_records_of_one_id_are_one_paper_whatever_else_they_tell(
    apart: bool, tmp_path: Path
) -> None:
    one, other = (
        {**PUBLISHED, "doi": "10.1000/journal.7", "ids": [id]}
        for id in ("2301.00001", "2301.00002")
    )
    indexed(tmp_path, *([[one], [other]] if apart else [[one, other]]))
    (paper,) = papers(tmp_path / "index").values()
    assert {"2301.00001", "2301.00002", "10.1000/journal.7"} <= {paper.id, *paper.ids}
    assert check(tmp_path / "index") == []


@pytest.mark.parametrize(("year", "folded"), [("2025", 1), ("2026", 0)])
def test_without_a_preprint_the_years_are_next_to_each_other(
    year: str, folded: int, tmp_path: Path
) -> None:
    assert indexed(tmp_path, [PUBLISHED], [variant(id="own-1", date=year)]).folded == folded


def test_those_who_list_papers_only_fill(tmp_path: Path) -> None:
    work = {
        "id": "https://openalex.org/W7",
        "doi": "https://doi.org/10.48550/arXiv.2305.12345",
        "title": "FOLDING PAPERS",
        "abstract_inverted_index": {"Garbled": [0]},
        "authorships": [],
        "primary_location": {"source": {"display_name": "arXiv"}},
    }
    first = written(tmp_path / "a.jsonl", PREPRINT)
    listed = written(tmp_path / "w.jsonl", work)
    index = tmp_path / "index"
    add(index, [listed], model="hashing")
    assert papers(index)["2305.12345"].title == "FOLDING PAPERS"
    for _ in range(2):
        add(index, [first, listed])
        (paper,) = papers(index).values()
        assert (paper.title, paper.abstract) == (PREPRINT["title"], PREPRINT["abstract"])
        assert (paper.venue, paper.ids, paper.sources) == ("arXiv", ("W7",), ("w", "a"))
    assert add(index, [first, listed]).updated == 0


IDS = st.sampled_from(["2301.00001", "2301.00002", "2020.acl-main.1", "10.1000/a", "own-1", None])
RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "id": IDS,
            "doi": st.sampled_from([None, "10.1000/a", "10.1000/b"]),
            "ids": st.lists(st.sampled_from(["W1", "corpusid:2", "10.1000/b"]), max_size=1),
            "title": st.sampled_from(["One title of it", "Another title of it", "Editorial"]),
            "authors": st.sampled_from([["Ann Lee"], ["Lee, A."], ["Bo Chen"], []]),
            "date": st.sampled_from(["2015", "2019", "2023", ""]),
        }
    ),
    min_size=1,
    max_size=7,
)
_NUMBERS = count()


def reference(records: Sequence[Paper]) -> set[frozenset[str]]:
    """Ids of what belongs together: every pair compared, until nothing more joins."""
    groups = [{place} for place in range(len(records))]
    for one, other in combinations(range(len(records)), 2):
        pairs = ((a, b) for a in names_of(records[one]) for b in names_of(records[other]))
        if any(a.name == b.name and meet(a, b) for a, b in pairs):
            joined = [group for group in groups if group & {one, other}]
            groups = [group for group in groups if group not in joined]
            groups.append(set().union(*joined))
    return {
        frozenset(name for place in group for name in ids_of(records[place])) for group in groups
    }


def ids_of(paper: Paper) -> set[str]:
    return {paper.id, *paper.ids}


@pytest.mark.slow
@settings(max_examples=25)
@given(records=RECORDS, data=st.data(), batch=st.integers(1, 4))
def test_any_order_gives_the_same_groups(
    tmp_path_factory: pytest.TempPathFactory,
    records: list[Record],
    data: st.DataObject,
    batch: int,
) -> None:
    tmp_path = tmp_path_factory.getbasetemp() / f"duplicates{next(_NUMBERS)}"
    tmp_path.mkdir()
    clean = [make_paper(record, source="s") for record in records]
    assume(not any(starmap(apart, combinations(clean, 2))))
    expected = sorted(map(sorted, reference(clean)))
    for order in (records, data.draw(st.permutations(records))):
        folder = tmp_path / str(next(_NUMBERS))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pipeline, "BATCH", batch)
            add(folder, [written(tmp_path / "s.jsonl", *order)], model="hashing")
        found = papers(folder).values()
        ids = sorted(sorted(ids_of(paper)) for paper in found)
        if any(map(are_two, expected)):  # to which of them the others go depends on the order
            assert not any(map(are_two, ids))
            assert set().union(*ids) == set().union(*expected)
        else:
            assert ids == expected
        assert all(paper.id == min(ids_of_records(clean, paper), key=preference) for paper in found)


def are_two(ids: Iterable[str]) -> bool:
    """Whether an archive has two of them."""
    archives = list(filter(None, map(archive_of, ids)))
    return len(archives) > len(set(archives))


def apart(one: Paper, other: Paper) -> bool:
    """Whether these would need the same id for two papers, of which the first that comes has it."""
    pairs = product(names_of(one), names_of(other))
    return any(a.name == b.name and is_doi(a.name) and differ(a, b) for a, b in pairs)


def ids_of_records(records: Sequence[Paper], paper: Paper) -> set[str]:
    """The own ids of the records that a paper was put together from."""
    return {record.id for record in records} & ids_of(paper)


@given(RECORDS)
def test_merging_a_record_twice_changes_nothing_more(records: list[Record]) -> None:
    paper, *others = [make_paper(record, source="s") for record in records]
    for other in others:
        once = merge(paper, other)
        assert merge(once, other) == once
        paper = once


def test_papers_are_counted_by_source_and_a_source_is_taken_out(
    tmp_path: Path, reading: Reading
) -> None:
    more = [{"id": f"own-{n}", "title": f"Number {n}"} for n in range(1_500)]
    indexed(tmp_path, [PREPRINT, *more], [PUBLISHED])
    index = tmp_path / "index"
    assert info(index)["sources"] == {"s0": 1_501, "s1": 1}
    done = remove_source(index, "s0")
    assert (done.removed, done.kept) == (1_500, 1)
    (paper,) = papers(index).values()
    assert (paper.id, paper.sources) == ("2305.12345", ("s1",))
    assert info(index)["sources"] == {"s1": 1}
    assert check(index) == []
    assert located(reading(index), "10.1000/journal.7").id == "2305.12345"
    with pytest.raises(NotFoundError, match="there are s1"):
        remove_source(index, "s0")


def test_a_paper_says_when_it_was_harvested(tmp_path: Path) -> None:
    indexed(tmp_path, [PREPRINT])
    before = papers(tmp_path / "index")["2305.12345"].harvested
    assert before.endswith("+00:00")
    indexed(tmp_path, [PREPRINT])
    assert papers(tmp_path / "index")["2305.12345"].harvested == before


CHAPTERS: list[Record] = [
    {"title": title, "authors": [author], "doi": "10.5555/978-1", "date": "2020"}
    for title, author in (
        ("Wooden rails", "Ann Tester"),
        ("Paper boats", "Bo Sample"),
        ("Kites", "Carla Probe"),
        ("A history of the spinning top", "Ann Tester"),
    )
]


@pytest.mark.parametrize("batch", [1, 2, 100])
@pytest.mark.parametrize("keep_duplicates", [False, True])
def test_chapters_that_carry_the_doi_of_their_book_are_papers_of_their_own(
    batch: int, keep_duplicates: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "BATCH", batch)
    tally = indexed(tmp_path, CHAPTERS, keep_duplicates=keep_duplicates)
    assert tally.added == 4
    found = papers(tmp_path / "index")
    assert sorted(paper.title for paper in found.values()) == sorted(
        str(chapter["title"]) for chapter in CHAPTERS
    )
    assert {paper.doi for paper in found.values()} == {"10.5555/978-1"}
    # The same files again find each chapter, whatever it goes by.
    for _ in range(2):
        again = indexed(tmp_path, CHAPTERS, keep_duplicates=keep_duplicates)
        assert (again.added, again.folded) == (0, 0)
    assert indexed(tmp_path, CHAPTERS, keep_duplicates=keep_duplicates).updated == 0
    assert len(papers(tmp_path / "index")) == 4
    assert check(tmp_path / "index") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Wooden rails", "WOODEN RAILS!"),
        ("Wooden rails in practice", "Wooden rails"),
        ("Wooden rails", "RETRACTED: Wooden rails"),
    ],
)
def test_one_doi_and_titles_alike_are_one_paper(one: str, other: str, tmp_path: Path) -> None:
    records = [{"title": one, "authors": ["A. Tester"]}, {"title": other, "authors": ["B. Sample"]}]
    indexed(tmp_path, [{**record, "doi": "10.5555/a"} for record in records])
    assert len(papers(tmp_path / "index")) == 1


@pytest.mark.parametrize("notice", ["Retraction: {}", "Erratum to: {}", "Correction to {}"])
def test_a_notice_never_takes_the_place_of_its_paper(notice: str, tmp_path: Path) -> None:
    paper = {"title": "Wooden rails in practice", "authors": ["A. Tester"], "date": "2019"}
    told = {**paper, "title": notice.format(paper["title"]), "date": "2020"}
    indexed(tmp_path, [{**one, "doi": "10.5555/a"} for one in (paper, told)])
    assert len(papers(tmp_path / "index")) == 2


def test_a_retraction_is_known_whoever_tells_of_it(tmp_path: Path) -> None:
    marked = {**PUBLISHED, "title": f"RETRACTED ARTICLE: {PUBLISHED['title']}"}
    indexed(tmp_path, [PREPRINT], [marked], [PREPRINT])
    (paper,) = papers(tmp_path / "index").values()
    assert (paper.id, paper.title, paper.retracted) == ("2305.12345", PREPRINT["title"], True)


def test_who_told_of_a_retraction_may_take_it_back(tmp_path: Path) -> None:
    for said in (True, False):
        indexed(tmp_path, [{**PREPRINT, "retracted": said}])
        (paper,) = papers(tmp_path / "index").values()
        assert paper.retracted is said


def test_cite_keys_find_papers_and_make_none_the_same(tmp_path: Path, reading: Reading) -> None:
    one = {"title": "Wooden rails in practice", "cite_keys": ["doe2023"]}
    other = {"title": "Paper boats on the water", "cite_keys": ["doe2023", "boats"]}
    assert indexed(tmp_path, [one], [other]).added == 2
    snapshot = reading(tmp_path / "index")
    assert located(snapshot, "@boats").title == other["title"]
    assert located(snapshot, "@doe2023").title == one["title"]
    again = indexed(tmp_path, [{**one, "cite_keys": ["smith"]}])
    assert (again.updated, again.folded) == (1, 0)
    found = papers(tmp_path / "index").values()
    assert ("doe2023", "smith") in [paper.cite_keys for paper in found]
