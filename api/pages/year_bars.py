"""Papers by year as bars, each a link, for the template that draws them as SVG."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

WIDTH, HEIGHT, GAP = 240, 56, 3
"""Of the picture, in its own units, and between two bars."""
MOST = 30
"""Years in one picture, the newest ones."""
WIDEST = 28
"""Of a bar, where there are few."""
LEAST = 2
"""Height of the lowest bar of a year with papers: one that can be seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A year in the picture; ``address`` is empty where it has no papers."""

    year: str
    count: int
    address: str
    x: float
    width: float
    height: float


def bars(counts: Mapping[str, int], address: Callable[[str], str]) -> list[Bar]:
    """A bar for each year from the first with papers to the last; none where there is but one.

    Args:
        counts: Papers by year, ``YYYY``.
        address: Where the bar of a year leads.
    """
    years = sorted(int(year) for year, count in counts.items() if year.isdecimal() and count)
    if len(years) < 2:
        return []
    shown = range(max(years[0], years[-1] - MOST + 1), years[-1] + 1)
    highest = max(counts.get(f"{year:04}", 0) for year in shown)
    step = min(WIDEST + GAP, (WIDTH + GAP) / len(shown))
    return [
        _bar(f"{year:04}", counts.get(f"{year:04}", 0), highest, place * step, step - GAP, address)
        for place, year in enumerate(shown)
    ]


def _bar(
    year: str, count: int, highest: int, x: float, width: float, address: Callable[[str], str]
) -> Bar:
    height = max(LEAST, HEIGHT * count / highest) if count else 0.0
    return Bar(
        year, count, address(year) if count else "", round(x, 1), round(width, 1), round(height, 1)
    )
