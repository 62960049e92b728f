"""Hugging Face's daily papers (https://huggingface.co/docs/hub/api), day by day."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from indexer.errors import FetchError
from indexer.fetch.archive import Answer, Page, Place, TryAgainError
from indexer.sources.formats.huggingface import read_huggingface
from indexer.sources.formats.jsonl import BadJSONError, parse_value

PAGE_SIZE = 100
"""More than any day has had so far; a day that has more comes in several pages."""


@dataclass(frozen=True, slots=True)
class HuggingFace:
    """The list of each day from the first to the last; the last is today where none is given."""

    url: str = "https://huggingface.co/api/daily_papers"

    source = "huggingface-daily"
    second_hand = True
    domain = "huggingface.co"
    delay = 1.0
    # Votes and comments still come in on the days after.
    overlap = 3

    @property
    def key(self) -> str:
        """Of the list at this address."""
        return self.url

    def request(self, place: Place) -> Mapping[str, str]:
        """The token is a day and, behind a slash, the number of a page of it."""
        day, number = _parts(place)
        return {"date": day, "limit": str(PAGE_SIZE), "p": str(number)}

    def read(self, place: Place, answer: Answer) -> Page:
        """The list of a day, empty on days without one."""
        text = answer.body.decode("utf-8", "replace")
        if answer.status != 200:
            raise FetchError(f"{self.url}: the server answers {answer.status} ({text[:200]})")
        _require_list(text)
        items = tuple(read_huggingface(io.BytesIO(answer.body)))
        day, number = _parts(place)
        today = datetime.now(UTC).date().isoformat()
        last = min(place.end or today, today)
        if len(items) >= PAGE_SIZE:
            token = f"{day}/{number + 1}"
        else:
            token = _next(day) if day < last else ""
        return Page(
            items=items, token=token, counted=number == 0, total=_days(place.start, last) + 1
        )


def _parts(place: Place) -> tuple[str, int]:
    day, _, number = (place.token or place.start).partition("/")
    return day, int(number or 0)


def _next(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(1)).isoformat()


def _days(first: str, last: str) -> int:
    return max(0, (date.fromisoformat(last) - date.fromisoformat(first)).days)


def _require_list(text: str) -> None:
    try:
        value, end = parse_value(text.lstrip())
    except BadJSONError as error:
        raise TryAgainError(str(error)) from None
    if not isinstance(value, list) or text.lstrip()[end:].strip():
        raise TryAgainError("no list of papers")
