"""Which papers may be answered: dates, categories, authors and venues."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """All conditions must hold; within one tuple any value will do. Empty means "any".

    Attributes:
        after: First day, month or year (inclusive), as ``YYYY[-MM[-DD]]``.
        before: Last day, month or year (inclusive), likewise.
        categories: ``cs.CL``, or a whole archive such as ``cs``.
        authors: Words of a name in any order, e.g. ``bengio`` or ``Y. Bengio``.
        venues: Words of a venue's name.
    """

    after: str = ""
    before: str = ""
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
