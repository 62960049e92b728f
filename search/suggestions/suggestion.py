"""One thing that a beginning may become."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["title", "author", "category", "venue", "year", "abbreviation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A question, whole.

    Attributes:
        kind: What of the index it is.
        text: How it reads there.
        question: What to ask for it, with what was typed before it.
        papers: How many papers have it; ``None`` where nobody counted.
        id: The paper of a title; else empty.
    """

    kind: Kind
    text: str
    question: str
    papers: int | None = None
    id: str = ""
