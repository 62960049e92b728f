"""Sets of keys are as NumPy's own have them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from search.ranking.ranking import among, union

KEYS = st.lists(st.integers(-1, 30), unique=True).map(lambda keys: np.array(keys, np.int64))
HELD = KEYS.map(lambda keys: keys[keys >= 0])


@given(KEYS, KEYS)
def test_among_are_those_that_are_in_both(keys: np.ndarray, others: np.ndarray) -> None:
    assert among(keys, others).tolist() == np.isin(keys, others).tolist()


@given(HELD, HELD)
def test_a_union_has_each_once(one: np.ndarray, other: np.ndarray) -> None:
    assert union(one, other).tolist() == np.union1d(one, other).tolist()
