"""Papers by year as bars."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from api.pages.year_bars import HEIGHT, LEAST, MOST, WIDTH, bars

COUNTS = st.dictionaries(st.integers(1900, 2030).map(str), st.integers(1, 10**6))


@given(COUNTS)
def test_bars_stand_in_order_within_the_picture(counts: dict[str, int]) -> None:
    found = bars(counts, lambda year: f"/years/{year}")
    if len(counts) < 2:
        assert not found
        return
    assert [int(bar.year) for bar in found] == list(range(int(found[0].year), int(max(counts)) + 1))
    assert len(found) <= MOST
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH + 0.2 for bar in found)
    assert max(bar.height for bar in found) == HEIGHT
    for bar in found:
        assert bar.count == counts.get(bar.year, 0)
        assert (bar.address == f"/years/{bar.year}") == bool(bar.count)
        assert (bar.height >= LEAST) == bool(bar.count)


def test_what_is_no_year_has_no_bar() -> None:
    found = bars({"2024": 1, "unknown": 3, "2026": 2}, str)
    assert [(bar.year, bar.count) for bar in found] == [("2024", 1), ("2025", 0), ("2026", 2)]
