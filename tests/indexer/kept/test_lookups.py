"""Caches keep what they say, and tell how often that helped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from indexer.kept import lookups
from indexer.kept.calls import kept
from indexer.kept.lookups import Cache
from indexer.kept.recent import Recent


@pytest.fixture
def told() -> Iterator[Counter[tuple[str, bool]]]:
    """How often each cache held what was asked for, and how often not."""
    counts: Counter[tuple[str, bool]] = Counter()

    def count(cache: Cache, hit: bool, times: int) -> None:
        counts[cache, hit] += times

    lookups.observers.append(count)
    yield counts
    lookups.observers.remove(count)


def test_a_function_is_called_again_only_for_what_it_no_longer_keeps(
    told: Counter[tuple[str, bool]],
) -> None:
    calls: list[int] = []

    def halved(number: int) -> int:
        calls.append(number)
        return number // 2

    look = kept("counts", 2, halved)
    assert [look(number) for number in (8, 8, 6, 4, 8)] == [4, 4, 3, 2, 4]
    assert calls == [8, 6, 4, 8]
    assert told == {("counts", True): 1, ("counts", False): 4}


def test_each_value_that_was_asked_for_is_counted_once(told: Counter[tuple[str, bool]]) -> None:
    recent: Recent[int, int] = Recent("records", 10)
    assert recent.get([1, 2, 2], lambda missing: [-one for one in missing]) == [-1, -2, -2]
    assert recent.get([2, 3], lambda missing: [-one for one in missing]) == [-2, -3]
    assert told == {("records", True): 1, ("records", False): 3}
