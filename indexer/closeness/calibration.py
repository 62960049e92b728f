"""What the nearness of a model over an index means, kept in the index's description."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

KEY = "calibration"
"""Of the description."""
USUAL = 0.40
"""Until it was fitted: what our own list gave over two collections."""
_GROWTH = 2
"""Times as many papers as it was fitted on, or as few; then it is fitted again."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the nearness of a model over an index means.

    Attributes:
        far: Up to here nothing in the index is close to a question.
        papers: How many the index held when that was fitted, 0 if it never was.
    """

    far: float = USUAL
    papers: int = 0

    def is_outdated(self, papers: int) -> bool:
        """Whether there are twice as many papers by now, or half as many."""
        return papers >= max(1, _GROWTH * self.papers) or _GROWTH * papers <= self.papers

    def as_meta(self) -> dict[str, str]:
        """As an index's description holds it."""
        return {KEY: json.dumps(asdict(self))}


def calibration_of(described: str | None) -> Calibration:
    """From an index's description; what nobody can read is as if it weren't there."""
    try:
        told = json.loads(described or "{}")
        return Calibration(float(told["far"]), int(told["papers"]))
    except (ValueError, TypeError, KeyError):
        return Calibration()
