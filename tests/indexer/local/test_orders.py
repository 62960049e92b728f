"""Orders of many papers against sorting them all."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.local import orders
from indexer.local.segments.columns import Columns
from indexer.papers.dates import period_end


class Papers:
    """Of a generation what orders read: two segments, and columns over both."""

    def __init__(self, dates: NDArray[np.int32], upvotes: NDArray[np.int32], split: int) -> None:
        self._columns = {"dates": dates, "upvotes": upvotes}
        self.segments = [_Segment(dates[:split], upvotes[:split])]
        self.segments.append(_Segment(dates[split:], upvotes[split:]))

    def column(self, name: str, positions: NDArray[np.int64]) -> NDArray[np.int32]:
        return self._columns[name][positions]


class _Segment:
    def __init__(self, dates: NDArray[np.int32], upvotes: NDArray[np.int32]) -> None:
        self.columns = SimpleNamespace(dates=dates, upvotes=upvotes)

    def __len__(self) -> int:
        return len(self.columns.dates)


@pytest.mark.parametrize("by", [orders.NEWEST, orders.MOST_UPVOTED])
@given(
    seed=st.integers(0, 2**32 - 1),
    papers=st.integers(0, 400),
    days=st.sampled_from([1, 3, 1000]),
    votes=st.sampled_from([1, 3, 1000]),
    share=st.sampled_from([0.0, 0.02, 0.5, 1.0]),
    depth=st.sampled_from([0, 1, 10, 100, 500]),
)
def test_the_first_are_those_of_all_sorted(
    by: orders.Names, seed: int, papers: int, days: int, votes: int, share: float, depth: int
) -> None:
    random = np.random.default_rng(seed)
    dates = random.integers(0, days, papers).astype(np.int32)
    upvotes = random.integers(-1, votes, papers).astype(np.int32)
    passing = random.random(papers) < share
    keys = [-upvotes, -dates] if by is orders.MOST_UPVOTED else [-dates]
    sorted_ = np.lexsort(keys[::-1])
    wanted = sorted_[passing[sorted_]][:depth]
    with pytest.MonkeyPatch.context() as small:
        small.setattr(orders, "_SAMPLE", 16)
        small.setattr(orders, "_MANY", 5)
        of_all: Any = Papers(dates, upvotes, papers // 3)
        found = orders.first(of_all, by, passing, depth)
        of_few = orders.first_of(of_all, by, np.flatnonzero(passing), depth)
    assert found.tolist() == of_few.tolist() == wanted.tolist()


PERIODS = [(0, 0), (1, 0), (1, 31), (6, 0), (6, 1), (12, 31)]
KEYS = [year * 10_000 + month * 100 + day for year in (2019, 2020, 2021) for month, day in PERIODS]
DAYS = st.sampled_from([0, *KEYS])


@given(dates=st.lists(DAYS, max_size=40), first=DAYS, last=DAYS)
def test_a_paper_passes_where_its_period_overlaps(dates: list[int], first: int, last: int) -> None:
    columns = object.__new__(Columns)
    columns.dates = np.array(dates, np.int32)
    wanted = [0 < day <= period_end(last) and period_end(day) >= first for day in dates]
    assert columns.dated(first, last).tolist() == wanted
