"""How many papers have each value of a field: what one more filter would leave."""

from __future__ import annotations

import numpy as np

from indexer.local.segments.columns import Mask
from indexer.local.segments.generation import Generation
from indexer.store import Facets
from indexer.where import ListField

FIELDS: tuple[ListField, ...] = ("category", "author", "venue")


def facets(generation: Generation, passing: Mask, most: int) -> Facets:
    """Exact counts over the papers of a mask, most frequent first, years newest first."""
    found = {"year": _years(generation, passing)}
    for field in FIELDS:
        found[field] = generation.value_counts(field, passing, most)
    return found


def _years(generation: Generation, passing: Mask) -> dict[str, int]:
    years = generation.gather("dates", passing) // 10_000
    values, counts = np.unique(years[years > 0], return_counts=True)
    newest_first = zip(values[::-1].tolist(), counts[::-1].tolist(), strict=True)
    return {f"{year:04d}": count for year, count in newest_first}
