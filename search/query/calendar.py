"""Dates as people write them: ``2024``, ``May 2023``, ``Dec 2023``, ``2024-03``, ``2024-03-15``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

FIRST_YEAR = 1900
"""Earlier numbers of four digits are hardly ever years of papers."""
NUMBERS = {
    **{"two": 2, "three": 3, "four": 4, "five": 5, "six": 6},
    **{"seven": 7, "eight": 8, "nine": 9, "ten": 10},
}
_DATE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-([0-2]\d|3[01]))?)?", re.ASCII)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)


def date_at(keys: Sequence[str], at: int, today: date) -> tuple[str, int] | None:
    """The date at a place, and the place behind it; "last year" is one, too."""
    while keys[at : at + 1] and keys[at] in ("the", "year"):
        at += 1
    if at >= len(keys):
        return None
    if keys[at] in ("last", "this") and keys[at + 1 : at + 2] in (["year"], ["month"]):
        return last_or_this(keys[at], keys[at + 1], today), at + 2
    if month := _month(keys[at]):
        following = keys[at + 1] if at + 1 < len(keys) else ""
        return (f"{following}-{month:02}", at + 2) if is_year(following, today) else None
    written = _DATE.fullmatch(keys[at])
    if not written or not is_year(written[1], today) or not _is_day(keys[at]):
        return None
    return keys[at], at + 1


def last_or_this(which: str, unit: str, today: date) -> str:
    """The last or this year or month, by the calendar."""
    now = today.strftime("%Y" if unit == "year" else "%Y-%m")
    return now if which == "this" else beside(now, -1)


def is_year(text: str, today: date) -> bool:
    """Whether a number can be the year of a paper; of the next year some are dated already."""
    is_number = len(text) == 4 and text.isdecimal() and text.isascii()
    return is_number and FIRST_YEAR <= int(text) <= today.year + 1


def _month(key: str) -> int:
    """The number of a month, also of its first letters (``dec``, ``sept``); 0 of another word."""
    named = (month for month, name in enumerate(_MONTHS, 1) if name.startswith(key))
    return next(named, 0) if len(key) >= 3 else 0


def _is_day(text: str) -> bool:
    try:
        return len(text) < 10 or date.fromisoformat(text) is not None
    except ValueError:
        return False


def beside(day: str, step: int) -> str:
    """The year, month or day after (1) or before (-1) one."""
    if len(day) == 10:
        return (date.fromisoformat(day) + timedelta(days=step)).isoformat()
    if len(day) == 4:
        return f"{int(day) + step}"
    months = int(day[:4]) * 12 + int(day[5:]) - 1 + step
    return f"{months // 12}-{months % 12 + 1:02}"


def months_before(today: date, months: int) -> str:
    """The month that is so many before this one."""
    at = today.year * 12 + today.month - 1 - months
    return f"{at // 12}-{at % 12 + 1:02}"
