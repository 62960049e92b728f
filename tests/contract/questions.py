"""Hypothesis strategies for whatever can be asked of a snapshot."""

from __future__ import annotations

from typing import get_args

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from indexer.models.hashing import HashingEmbedder
from indexer.papers.dates import date_key
from indexer.snapshot import Keys, Order, Snapshot, Vector
from indexer.where import (
    ALL,
    Among,
    And,
    AnyWord,
    Arrived,
    Dates,
    Has,
    ListField,
    Not,
    Or,
    Phrase,
    Retracted,
    Submitted,
    TextField,
    TitleIs,
    Where,
)
from tests.contract.papers import (
    AUTHORS,
    CATEGORIES,
    DATES,
    IDS,
    SUBMITTED,
    UPVOTES,
    VENUES,
    WORDS,
)

few = settings(max_examples=20)
"""So often each of many properties is tried, on each of several indexes."""
ORDERS: tuple[Order, ...] = get_args(Order)

_words = st.sampled_from([*WORDS, "Bengio", "yoshua", "transformer", "attention attention"])
texts = st.lists(_words, max_size=6).map(" ".join)
_days = st.sampled_from([date for date in DATES if date]).map(date_key)
_asked = st.sampled_from(
    (
        *AUTHORS,
        *CATEGORIES,
        *VENUES,
        *("yoshua levy", "Y. Levy", "samy yoshua", "BENGIO", "y", "li", "angstrom jose", "of"),
        *("cs.", "stat", "CS.CL", ".", "2023", "proceedings icml"),
    )
)
_leaves = st.one_of(
    st.just(ALL),
    st.just(Retracted()),
    st.builds(Dates, _days, _days),
    st.builds(Has, st.sampled_from(get_args(ListField)), _asked, st.booleans()),
    st.builds(
        Phrase,
        st.lists(st.sampled_from(get_args(TextField)), max_size=2).map(tuple),
        st.lists(_words, max_size=3).map(" ".join),
    ),
    st.builds(AnyWord, texts),
    st.builds(TitleIs, texts),
    st.builds(Submitted, st.sampled_from(SUBMITTED), st.sampled_from((*SUBMITTED, "9999-12-31"))),
    st.builds(Arrived, st.integers(0, 7), st.integers(0, 7)),
    st.builds(Among, st.lists(st.integers(0, 50), max_size=6).map(tuple)),
)
wheres: st.SearchStrategy[Where] = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)
"""Of every kind. ``Among`` counts the papers of a snapshot from 0, see :func:`placed`."""
names = st.lists(st.sampled_from((*IDS, "p0-0", "p1-0", "p0", "nothing")), max_size=8)
upvotes = st.sampled_from(UPVOTES)


def vector_of(text: str) -> Vector:
    """What a question is looked up with."""
    vector: Vector = HashingEmbedder().encode_queries([text])[0]
    return vector


def placed(where: Where, snapshot: Snapshot) -> Where:
    """The same with keys of a snapshot where papers were counted."""
    match where:
        case Among(places):
            keys = all_keys(snapshot).tolist()
            return Among(tuple(keys[place] for place in places if place < len(keys)))
        case Not(inner):
            return Not(placed(inner, snapshot))
        case And(each):
            return And(tuple(placed(inner, snapshot) for inner in each))
        case Or(each):
            return Or(tuple(placed(inner, snapshot) for inner in each))
    return where


def all_keys(snapshot: Snapshot, where: Where = ALL) -> Keys:
    """All papers that a condition holds for."""
    return np.concatenate([np.empty(0, np.int64), *snapshot.scan(where)])


def ids(snapshot: Snapshot, keys: Keys) -> list[str]:
    """The papers by their ids, which mean the same in every store."""
    return [paper.id for paper in snapshot.papers(keys)]
