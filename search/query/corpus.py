"""What has to be known of an index, and of today, to read a question in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Cited:
    """What a citation names.

    Attributes:
        authors: Surnames, or names with initials; all of them wrote the paper.
        year: Empty where none is named.
        after: The first year that the paper may be from, empty for any.
        before: The last.
    """

    authors: tuple[str, ...]
    year: str = ""
    after: str = ""
    before: str = ""

    def as_dict(self) -> dict[str, str | list[str]]:
        """What is set, by name, as plain JSON."""
        named: dict[str, str | list[str]] = {
            "author": list(self.authors),
            "after": self.after,
            "before": self.before,
        }
        return {name: value for name, value in named.items() if value}


class Corpus(Protocol):
    """An index, as far as the words of a question are checked against it."""

    @property
    def today(self) -> date:
        """The day that "last year" is counted from."""
        ...

    def is_author(self, name: str, *, certain: bool = False) -> bool:
        """Whether a name, as typed, is an author's; doubtful ones are not.

        A surname that is also a common word of the papers ("Young", "Song") needs a capital letter
        or more papers by such authors than with such words; not where it is ``certain`` from what
        stands around it that a name is meant.
        """
        ...

    def has(self, cited: Cited) -> bool:
        """Whether there is a paper that a citation can mean."""
        ...
