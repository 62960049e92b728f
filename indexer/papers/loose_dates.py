"""Dates as libraries write them: the year that can be read, with the month and the day if clear.

Unlike :func:`~indexer.papers.dates.parse_date` nothing is refused: ``2020a``, ``[2018]``,
``2019--2020``, ``jul-aug``, ``Spring`` and ``0000/00/00`` occur in libraries of all kinds.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache

from indexer.papers.dates import MONTHS, parse_date

_LONGEST = 200
"""Characters of a text that are looked at."""
_YEAR = re.compile(r"(?<!\d)[12]\d{3}(?!\d)", re.ASCII)
_DAY = re.compile(r"(?<!\d)([12]\d{3})([-/. ])(\d{1,2})(?:\2(\d{1,2}))?(?!\d)", re.ASCII)
_YEAR_LAST = re.compile(
    r"(?<!\d)(?<!\d[-/.])(\d{1,2})([-/.])(\d{1,2})\2([12]\d{3})(?!\d)", re.ASCII
)
_PACKED = re.compile(r"([12]\d{3})(\d\d)(\d\d)", re.ASCII)
_WORD = re.compile(r"[a-z]{3,9}", re.IGNORECASE)
_NUMBER = re.compile(r"(?<!\d)\d{1,2}(?!\d)", re.ASCII)
_SPAN = re.compile(r"[-–—/]|\band\b", re.IGNORECASE)


@lru_cache(maxsize=10_000)
def loose_date(year: str, month: str = "", day: str = "") -> str:
    """``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; empty where no year from 1000 can be read.

    Args:
        year: Where the year is looked for; a whole date may stand there, too.
        month: Name or number, maybe with the day or a second month beside it.
        day: Of the month.
    """
    if not month and len(year) == len("YYYY") and year.isdecimal() and year[0] in "12":
        return year
    year, month, day = (text[:_LONGEST].strip() for text in (year, month, day))
    with suppress(ValueError):
        whole = parse_date(year)
        if len(whole) > len("YYYY") or not month:
            return whole
    if packed := _PACKED.fullmatch(year):
        return _valid(packed[1], packed[2], packed[3])
    first, last = _DAY.search(year), _YEAR_LAST.search(year)
    if last and not (first and first.start() < last.start()):
        return _valid(last[4], *_ordered(last[1], last[3], mark=last[2]))
    if first:
        return _valid(first[1], first[3], first[4] or day)
    found = _YEAR.search(year)
    if not found:
        return ""
    named, near = _month_in(month or year, numbers=bool(month))
    return _valid(found[0], named, day or near)


def _ordered(first: str, second: str, *, mark: str) -> tuple[str, str]:
    """Month and day; empty where either may come first. Between dots it is always the day."""
    if max(int(first), int(second)) > 31:
        return "", ""
    if mark == "." or int(first) > 12 or first == second:
        return second, first
    return (first, second) if int(second) > 12 else ("", "")


def _month_in(text: str, *, numbers: bool) -> tuple[str, str]:
    """The first month that a text names, and the day beside it unless it is a span."""
    span = bool(_SPAN.search(text))
    for word in _WORD.finditer(text):
        if number := _number_of(word[0].lower()):
            rest = _NUMBER.search(text, word.end()) or _NUMBER.search(text[: word.start()])
            return number, "" if span or not rest else rest[0]
    found = _NUMBER.findall(text) if numbers else []
    return (found[0] if found else ""), (found[1] if len(found) == 2 and not span else "")


def _number_of(word: str) -> str:
    month = MONTHS.get(word[:3], "")
    return str(list(MONTHS).index(word[:3]) + 1) if month.startswith(word) else ""


def _valid(year: str, month: str | None, day: str | None) -> str:
    """As much of a date as there can be."""
    with suppress(ValueError):
        if month and day:
            return parse_date(f"{year}-{month}-{day}")
    with suppress(ValueError):
        if month:
            return parse_date(f"{year}-{month}")
    return year
