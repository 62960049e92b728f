"""One set of options: what they refuse, how they are given, and which papers they let pass."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields
from typing import Any, get_type_hints

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import analysis
from indexer.errors import UsageError
from indexer.local.store import LocalStore
from indexer.memory.store import MemoryStore
from indexer.papers.folding import fold, words
from indexer.papers.paper import Paper
from indexer.snapshot import Snapshot
from indexer.where import ALL, Arrived
from search.limits import MAX_DEPTH, MAX_LIMIT, MAX_VALUE, MAX_VALUES
from search.option_names import require_known, unknown
from search.options import (
    DEFAULTS,
    FACE_OPTIONS,
    MODES,
    NEWEST,
    OPTION_NAMES,
    SORTS,
    Choices,
    SearchOptions,
)
from search.query.filters import Filters
from search.query.parser import Query, parse

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"mode": "best"}, "mode 'best': must be one of hybrid, dense, lexical"),
    ({"sort": "oldest"}, "sort 'oldest': must be one of relevance, newest, upvotes"),
    ({"limit": 0}, "limit 0: must be from 1 to 1000"),
    ({"limit": MAX_LIMIT + 1}, "limit 1001: must be from 1 to 1000"),
    ({"offset": -1}, "offset -1: must be from 0, and offset + limit at most 10000"),
    ({"offset": MAX_DEPTH - 9}, "offset 9991: must be"),
    ({"offset": MAX_DEPTH - 99, "limit": 100}, "offset 9901: must be"),
    ({"min_score": -0.1}, "min_score -0.1: must be from 0 to 1"),
    ({"min_score": 1.1}, "min_score 1.1: must be from 0 to 1"),
    ({"min_score": float("nan")}, "min_score nan: must be from 0 to 1"),
    ({"after": "soon"}, "after 'soon': not a date; write YYYY, YYYY-MM or YYYY-MM-DD"),
    ({"before": "2023-02-30"}, "before '2023-02-30': not a date"),
    ({"after": "2024", "before": "2023-12-31"}, "after 2024 and before 2023-12-31: no date is in"),
    ({"after": 2020}, "after 2020: must be text; write it in quotes"),
    ({"before": None}, "before None: must be text"),
    ({"category": 5}, "category 5: must be text"),
    ({"author": ["Hinton", None]}, "author None: must be text"),
    ({"limit": None}, "limit None: must be a whole number"),
    ({"limit": True}, "limit True: must be a whole number"),
    ({"limit": "5"}, "limit '5': must be a whole number"),
    ({"offset": 2.0}, "offset 2.0: must be a whole number"),
    ({"min_score": "high"}, "min_score 'high': must be a number"),
    ({"min_score": True}, "min_score True: must be a number"),
    ({"explain": "sentences"}, "explain 'sentences': must be one of False, True, words"),
    ({"arrived": (1, 2)}, "arrived (1, 2): must be an Arrived"),
    *(({name: ["x" * (MAX_VALUE + 1)]}, f"{name}: ") for name in ("category", "author", "venue")),
    *(({name: ["x"] * (MAX_VALUES + 1)}, f"{name}: ") for name in ("category", "author", "venue")),
]


@pytest.mark.parametrize(("choices", "says"), REFUSED)
def test_what_makes_no_sense_is_one_line_that_names_the_option(
    choices: dict[str, Any], says: str
) -> None:
    for make in (DEFAULTS.but, SearchOptions):
        with pytest.raises(UsageError, match=re.escape(says)) as caught:
            make(**choices)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 200


def test_what_is_just_allowed() -> None:
    SearchOptions(limit=MAX_LIMIT, offset=MAX_DEPTH - MAX_LIMIT, min_score=1)
    SearchOptions(author=("x" * MAX_VALUE,) * MAX_VALUES, after="2024-02-03", before="2024")
    SearchOptions(limit=np.int64(5), offset=np.int32(0), min_score=np.float32(0.5))  # type: ignore[arg-type]
    assert DEFAULTS.but(category=iter(["cs", "math"])).category == ("cs", "math")


@pytest.mark.parametrize("date", ["yesterday", "2023-13", "2023-02-30", "99"])
def test_a_date_that_is_none(date: str) -> None:
    with pytest.raises(UsageError, match="not a date"):
        Filters(after=date)


def test_a_range_the_wrong_way_round() -> None:
    with pytest.raises(UsageError, match="in between"):
        Filters(after="2024-02", before="2024-01-31")
    Filters(after="2024-02-03", before="2024")


@pytest.mark.parametrize("name", ["category", "author", "venue"])
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" Hinton ", ("Hinton",)),
        (["a", " ", "b "], ("a", "b")),
        (("a",), ("a",)),
        (["a\udcff", "\ud83d"], ("a?", "?")),
        ("\udcff", ("?",)),
        ("", ()),
        (None, ()),
    ],
)
def test_a_list_may_be_one_text_and_blanks_are_dropped(
    name: str, given: Any, kept: tuple[str, ...]
) -> None:
    assert getattr(DEFAULTS.but(**{name: given}), name) == kept
    # An address or a file may hold one text where the class wants several.
    assert getattr(SearchOptions(**{name: given}), name) == kept


def test_other_choices_leave_the_rest_as_it_is() -> None:
    some = SearchOptions(mode="dense", author=("Hinton",), limit=3)
    more = some.but(after=" 2020 ", before="\n", limit=5)
    assert more == SearchOptions(mode="dense", author=("Hinton",), limit=5, after="2020")
    assert some == SearchOptions(mode="dense", author=("Hinton",), limit=3)
    assert some.but() == some
    assert some.but(author="") == SearchOptions(mode="dense", limit=3)
    with pytest.raises(FrozenInstanceError):
        some.limit = 9  # type: ignore[misc]
    assert hash(some) == hash(some.but())


def test_filters_are_the_same_as_the_flat_options() -> None:
    arrived = Arrived(1, 2)
    filters = Filters(
        after="2020",
        before="2021-05",
        categories=("cs",),
        authors=("Hinton", "Li"),
        venues=("NeurIPS",),
        arrivals=arrived,
    )
    flat = SearchOptions(
        after="2020",
        before="2021-05",
        category=("cs",),
        author=("Hinton", "Li"),
        venue=("NeurIPS",),
        arrived=arrived,
    )
    assert DEFAULTS.but(filters=filters) == flat
    assert flat.filters == filters
    assert flat.where() == filters.where()
    assert DEFAULTS.but(filters=filters, author="Knuth").author == ("Knuth",)
    assert flat.but(filters=Filters()) == DEFAULTS
    assert "arrived" not in flat.as_dict()
    assert flat.as_dict()["author"] == ["Hinton", "Li"]
    assert DEFAULTS.as_dict() == {"mode": "hybrid", "sort": "relevance"}
    assert NEWEST.sort == "newest"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("top_k", "limit"),
        ("k", "limit"),
        ("page_size", "limit"),
        ("skip", "offset"),
        ("since", "after"),
        ("year_to", "before"),
        ("order_by", "sort"),
        ("autor", "author"),
        ("authors", "author"),
        ("categories", "category"),
        ("journal", "venue"),
        ("threshold", "min_score"),
        ("explian", "explain"),
        ("Limit", "limit"),
        ("filter", "filters"),
    ],
)
def test_an_unknown_option_names_the_nearest(name: str, meant: str) -> None:
    unknown: Any = {name: 1}
    with pytest.raises(UsageError) as caught:
        DEFAULTS.but(**unknown)
    assert str(caught.value) == f"no option {name}; did you mean {meant}?"


def test_an_option_far_from_all_lists_them() -> None:
    unknown: Any = {"zebra": 1}
    with pytest.raises(UsageError) as caught:
        DEFAULTS.but(**unknown)
    assert str(caught.value) == f"no option zebra; there are {', '.join(OPTION_NAMES)}, filters"
    with pytest.raises(UsageError, match="did you mean fields"):
        require_known(["limit", "select"], ["limit", "fields"])


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("query", ("question", "limit"), "question"),
        ("query", ("ids", "text", "limit"), "text"),
        ("exclude", ("ids", "unlike"), "unlike"),
        ("not", ("ids", "unlike"), "unlike"),
        ("offset", ("question", "cursor"), "cursor"),
    ],
)
def test_one_face_knows_the_names_of_another(name: str, known: tuple[str, ...], meant: str) -> None:
    assert unknown(name, known) == f"no option {name}; did you mean {meant}?"


def test_a_name_as_long_as_a_body_is_refused_at_once() -> None:
    started = time.perf_counter()
    assert "there are limit" in unknown("limit" * 800_000, ["limit"])
    assert time.perf_counter() - started < 0.2


def test_filters_must_be_filters() -> None:
    filters: Any = {"after": "2020"}
    with pytest.raises(UsageError, match=r"must be made by nearpaper\.Filters"):
        DEFAULTS.but(filters=filters)


def test_the_choices_by_name_are_the_fields() -> None:
    assert set(Choices.__annotations__) == {*OPTION_NAMES, "filters"}
    assert {one.name for one in fields(SearchOptions)} == set(OPTION_NAMES)
    choices, options = get_type_hints(Choices), get_type_hints(SearchOptions)
    for name in OPTION_NAMES:
        if name not in ("category", "author", "venue"):
            assert choices[name] == options[name], name


def test_every_face_has_every_option_with_a_sentence_of_help() -> None:
    assert set(FACE_OPTIONS) == {*OPTION_NAMES} - {"arrived"}
    for name, option in FACE_OPTIONS.items():
        assert re.fullmatch(r"[A-Z].{10,}\.", option.help), name
        default = getattr(DEFAULTS, name)
        if isinstance(default, int | float) and not isinstance(default, bool):
            assert option.least is not None is not option.most
            assert option.least <= default <= option.most
            least: Any = {name: option.least}
            most: Any = {name: option.most, **({"limit": 1} if name == "offset" else {})}
            assert SearchOptions(**least) != SearchOptions(**most)
        for example in option.examples:
            shown: Any = {name: example}
            assert getattr(DEFAULTS.but(**shown), name)
    assert (MODES[0], SORTS[0]) == (DEFAULTS.mode, DEFAULTS.sort)


@pytest.fixture(scope="module", params=["memory", "folder"])
def snapshot(request: pytest.FixtureRequest) -> Iterator[Snapshot]:
    if request.param == "memory":
        store: MemoryStore | LocalStore = request.getfixturevalue("sample_store")
    else:
        store = LocalStore(request.getfixturevalue("sample_index"))
    found = store.snapshot()
    assert found is not None
    yield found
    store.close()


DATES = st.sampled_from(["", "2003", "2014", "2015-06", "2017-06-12", "2020-12", "2023"])
QUESTIONS = st.lists(
    st.sampled_from(
        [
            *(
                "learning",
                '"neural networks"',
                '"language model"',
                "-language",
                '-"neural network"',
            ),
            *("ti:learning", 'ti:"neural networks"', "abs:translation", "au:bengio", "cat:cs.CL"),
            *("year:2014..2018", "cat:cs.LG", "au:lee OR au:wang", '"the of"'),
        ]
    ),
    max_size=3,
    unique=True,
).map(" ".join)


@given(
    question=QUESTIONS,
    dates=st.tuples(DATES, DATES),
    category=st.lists(st.sampled_from(["cs", "cs.CL", "CS.cl", "c", "hep-th"]), max_size=2),
    author=st.lists(st.sampled_from(["bengio", "Y. Bengio", "Yoshua B", "Lee", "..."]), max_size=2),
    venue=st.lists(st.sampled_from(["ACL", "neurips", "Nature", "no such"]), max_size=1),
)
def test_conditions_let_pass_what_going_through_the_papers_does(
    snapshot: Snapshot,
    question: str,
    dates: tuple[str, str],
    category: list[str],
    author: list[str],
    venue: list[str],
) -> None:
    try:
        options = DEFAULTS.but(
            after=dates[0], before=dates[1], category=category, author=author, venue=venue
        )
    except UsageError:
        assert dates[0] > dates[1] > ""
        return
    query = parse(question)
    (keys,) = snapshot.scan(ALL)
    papers = snapshot.papers(keys)
    expected = [passes(paper, options.filters) and fits(paper, query) for paper in papers]
    assert snapshot.passes(keys, options.where(query, snapshot.stems)).tolist() == expected


def passes(paper: Paper, filters: Filters) -> bool:
    """Filters as they are worded, on one paper."""
    first, last = (f"{paper.date}{end[len(paper.date) :]}" for end in ("0000-01-01", "0000-12-31"))
    if filters.after and not (paper.date and last >= filters.after):
        return False
    if filters.before and not (paper.date and first[: len(filters.before)] <= filters.before):
        return False
    categories = {fold(name) for name in paper.categories}
    categories |= {name.split(".")[0] for name in categories}
    authors = [{*words(name), *(word[0] for word in words(name))} for name in paper.authors]
    return (
        _any(filters.categories, lambda value: fold(value) in categories)
        and _any(
            filters.authors,
            lambda value: bool(words(value)) and any(set(words(value)) <= one for one in authors),
        )
        and _any(filters.venues, lambda value: set(words(value)) <= set(words(paper.venue)))
    )


def _any(values: tuple[str, ...], holds: Any) -> bool:
    return not values or any(map(holds, values))


def fits(paper: Paper, query: Query) -> bool:
    """What a question asks for outright, on one paper."""
    both = (paper.title, paper.abstract)
    asked = [
        *((phrase, both) for phrase in query.phrases),
        *((phrase, (paper.title,)) for phrase in query.titles),
        *((phrase, (paper.abstract,)) for phrase in query.abstracts),
    ]
    return (
        all(passes(paper, filters) for filters in query.filters)
        and all(_held(phrase, texts) for phrase, texts in asked if analysis.stems(phrase))
        and not any(_held(phrase, both) for phrase in query.excluded)
    )


def _held(phrase: str, texts: tuple[str, ...]) -> bool:
    """Whether the stems of a phrase stand side by side in one of these texts."""
    wanted = [analysis.stems(word) for word in words(phrase)]
    for text in texts:
        there = [analysis.stems(word) for word in words(text)]
        for start in range(len(there)):
            if any(wanted) and there[start : start + len(wanted)] == wanted:
                return True
    return False
