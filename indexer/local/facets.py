"""How many papers have each value of a field: what one more filter would leave."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.local.segments.columns import Mask, Positions, count
from indexer.local.segments.generation import Generation
from indexer.snapshot import Facets
from indexer.where import ListField

FIELDS: tuple[ListField, ...] = ("category", "author", "venue")
FEW = 5_000
"""Up to so many papers are looked at by themselves. Of 139,000 papers that takes 0.6 ms for 300 and
2.3 for 5,000, going over all of them 4.1 and 5.3; both take as long for some 20,000."""


def facets(generation: Generation, passing: Mask, most: int) -> Facets:
    """Exact counts over the papers of a mask, most frequent first, years newest first."""
    if count(passing) <= FEW:
        return facets_of_few(generation, np.flatnonzero(passing), most)
    found = {"year": _years(generation.gather("dates", passing))}
    for field in FIELDS:
        found[field] = generation.value_counts(field, passing, most)
    return found


def facets_of_few(generation: Generation, positions: Positions, most: int) -> Facets:
    """The same of a few papers."""
    found = {"year": _years(generation.column("dates", positions))}
    for field in FIELDS:
        found[field] = generation.value_counts_at(field, positions, most)
    return found


def _years(dates: NDArray[np.int32]) -> dict[str, int]:
    years = dates // 10_000
    values, counts = np.unique(years[years > 0], return_counts=True)
    newest_first = zip(values[::-1].tolist(), counts[::-1].tolist(), strict=True)
    return {f"{year:04d}": papers for year, papers in newest_first}
