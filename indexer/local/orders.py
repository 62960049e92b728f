"""Papers in an order that no question gives, without sorting all of a large index for one page."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.local.segments.columns import Columns, Mask, Positions, count
from indexer.local.segments.generation import Generation

Values = NDArray[np.signedinteger[Any]]
Names = tuple[str, ...]
"""Of columns, the first of which counts most; high values come first."""
NEWEST: Names = ("dates",)
MOST_UPVOTED: Names = ("upvotes", "dates")

_SAMPLE = 4096
"""Papers by which it is guessed how high a value has to be to be among the first."""
_SPARE = 8
"""Of the sample, beyond what the guess asks for: too few candidates cost another look at all."""
_MANY = 50_000
"""Candidates of equal value that are told apart by the next column before they are sorted."""


def first(generation: Generation, names: Names, passing: Mask, depth: int) -> Positions:
    """The first ``depth`` passing papers by some columns, then by position."""
    places, start = [], 0
    for segment in generation.segments:
        columns = _columns(segment.columns, names)
        of_segment = passing[start : start + len(segment)]
        candidates = np.flatnonzero(_candidates(columns, of_segment, depth))
        places.append(start + candidates)
        start += len(segment)
    return first_of(generation, names, np.concatenate(places), depth)


def first_of(generation: Generation, names: Names, few: Positions, depth: int) -> Positions:
    """The same of a few papers, without going over all of them; ascending ones are given."""
    # The last key sorts first; equal papers stay in the order of their positions.
    keys = [-generation.column(name, few).astype(np.int64) for name in reversed(names)]
    return few[np.lexsort(keys)[:depth]]


def _columns(columns: Columns, names: Names) -> list[Values]:
    by_name: dict[str, Values] = {"dates": columns.dates, "upvotes": columns.upvotes}
    return [by_name[name] for name in names]


def _candidates(columns: list[Values], passing: Mask, depth: int) -> Mask:
    """Passing papers that hold the first ``depth`` by some columns, the first column first."""
    values, *others = columns
    least = _high_enough(values, passing, depth)
    if least is None:
        return passing
    found = values >= least
    found &= passing
    if not others or count(found) <= _MANY:
        return found
    above = found & (values > least)
    if (missing := depth - count(above)) <= 0:
        return above
    return above | _candidates(others, found & (values == least), missing)


def _high_enough(values: Values, passing: Mask, depth: int) -> int | None:
    """A value that at least ``depth`` passing papers have or exceed, and few others.

    ``None`` where a sample doesn't tell, since hardly more pass.
    """
    step = max(1, len(values) // _SAMPLE)
    sample = np.sort(values[::step][passing[::step]])[::-1]
    rank = _SPARE + 2 * depth // step
    while rank < len(sample):
        least = int(sample[rank])
        if count((values >= least) & passing) >= depth:
            return least
        rank *= 4
    return None
