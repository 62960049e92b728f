"""What every archive's interface has in common: a place in a list, a page, what can go wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from indexer.errors import FetchError
from indexer.sources.reading.raw import Bad, Gone, Raw


class TryAgainError(Exception):
    """The request may succeed later; the message says what went wrong.

    Attributes:
        after: Seconds that the server asks to wait, ``None`` where it doesn't say.
    """

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class ExpiredError(Exception):
    """The token isn't known any more: the list has to be asked for anew."""


class Answer(NamedTuple):
    """What a server answered.

    Attributes:
        status: Of HTTP; 200, or another that asking again won't change.
        body: Decompressed.
        day: On which it answered, by its own clock, ``YYYY-MM-DD`` in UTC.
        kind: The content type.
    """

    status: int
    body: bytes
    day: str
    kind: str = ""


MAX_TOKEN = 2_000
"""Characters; servers take addresses of some 8,000, and three stand for one that is escaped."""


class Place(NamedTuple):
    """Where in a list a page begins.

    Attributes:
        start: First day that the list is about, empty for no bound.
        end: The last one.
        token: What the archive gave with the page before; empty for the first page.
    """

    start: str
    end: str
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list.

    Attributes:
        items: Its records.
        token: Of the next page, empty on the last.
        counted: By how much the page brings the list on.
        total: What the whole list counts, ``None`` where the archive doesn't say.
        days: In lists that can be entered anew by day: the day of each record.
        mark: The same for pages of the same records; empty where a page can't come back.
    """

    items: tuple[Raw | Bad | Gone, ...] = ()
    token: str = ""
    counted: int = 0
    total: int | None = None
    days: tuple[str, ...] = ()
    mark: str = ""

    def __post_init__(self) -> None:
        """Raise ``FetchError`` for a token that no archive gives: it goes into an address."""
        if len(self.token) > MAX_TOKEN:
            raise FetchError(
                f"the archive's token for the next page is longer than {MAX_TOKEN:,} characters; "
                "ask whoever runs the archive"
            )


class Archive(Protocol):
    """An interface of an archive, and what to ask it for."""

    @property
    def key(self) -> str:
        """Names what is asked for: a harvest goes on where one of the same key stopped."""
        ...

    @property
    def source(self) -> str:
        """What papers name as their source."""
        ...

    @property
    def second_hand(self) -> bool:
        """Whether it lists papers that others hold, so that it only fills what these leave open."""
        ...

    @property
    def url(self) -> str:
        """Where it is asked."""
        ...

    @property
    def domain(self) -> str:
        """Of the archive's own hosts."""
        ...

    @property
    def delay(self) -> float:
        """Seconds between two requests that the archive's operators ask for."""
        ...

    @property
    def overlap(self) -> int:
        """Days by which following goes back, since the archive lists papers that much later."""
        ...

    def request(self, place: Place) -> Mapping[str, str]:
        """The parameters that ask for the page at ``place``."""
        ...

    def read(self, place: Place, answer: Answer) -> Page:
        """The page that was answered.

        Raises:
            TryAgainError: The answer is damaged.
            ExpiredError: The token of ``place`` isn't known any more.
            FetchError: The archive refuses.
        """
        ...


def mark_of(names: Iterable[object]) -> str:
    """A mark for a page of these records."""
    return hashlib.blake2b("\n".join(map(str, names)).encode(), digest_size=8).hexdigest()
