"""Dates as papers carry them: a day, a month or only a year, kept as exact as they came."""

from __future__ import annotations

import re
from datetime import date, timedelta

_TIME = r"(?:[T ]\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?\s*(?:Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?)?)?"
_NUMBERS = re.compile(rf"(\d{{4}})(?:\.0|([-/])(\d{{1,2}})(?:\2(\d{{1,2}}){_TIME})?)?", re.ASCII)
_MONTH_FIRST = re.compile(
    r"([a-z]+)\.?(?:\s+(\d{1,2})(?:st|nd|rd|th)?)?(?:\s*,\s*|\s+)(\d{4})", re.ASCII | re.IGNORECASE
)
_DAY_FIRST = re.compile(
    rf"(?:[a-z]+,\s*)?(\d{{1,2}})(?:st|nd|rd|th)?[\s-]+([a-z]+)\.?,?[\s-]+(\d{{4}}){_TIME}",
    re.ASCII | re.IGNORECASE,
)
MONTHS = {
    "jan": "january",
    "feb": "february",
    "mar": "march",
    "apr": "april",
    "may": "may",
    "jun": "june",
    "jul": "july",
    "aug": "august",
    "sep": "september",
    "oct": "october",
    "nov": "november",
    "dec": "december",
}
"""Months by the three letters that each begins with, in order."""
_FIRST_YEAR, _LAST_YEAR = 1000, 2999


def parse_date(text: str) -> str:
    """``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD`` out of ``text``, as exact as it is there.

    Reads ISO dates and times (the day as written, whatever the time zone), ``2024/12/17``,
    ``Dec 17, 2024``, ``17 December 2024`` and ``December, 1958``.

    Raises:
        ValueError: That is no date, or none of the years 1000 to 2999.
    """
    text = text.strip()
    if len(text) > 64:
        raise ValueError("not a date")
    if match := _NUMBERS.fullmatch(text):
        return _joined(match[1], match[3], match[4])
    if match := _MONTH_FIRST.fullmatch(text):
        return _joined(match[3], _month(match[1]), match[2])
    if match := _DAY_FIRST.fullmatch(text):
        return _joined(match[3], _month(match[2]), match[1])
    raise ValueError("not a date; write it as 2024-12-17, 2024-12 or 2024")


def date_key(date: str) -> int:
    """``YYYYMMDD`` as a number, unknown parts as zeros, an unknown date as 0.

    So a month sorts before its days and a year before its months.
    """
    return int(date.replace("-", "").ljust(8, "0"))


def period_end(key: int) -> int:
    """The last day of the year, month or day that a ``YYYYMMDD`` number stands for, or later.

    ``20230000`` ends at ``20239999``, ``20231100`` at ``20231199``, a day at itself.
    """
    if key % 10_000 == 0:
        return key + 9_999
    return key + 99 if key % 100 == 0 else key


def day_of(key: int) -> str:
    """The day that a ``YYYYMMDD`` number stands for, as ``YYYY-MM-DD``."""
    return f"{key // 10_000:04}-{key // 100 % 100:02}-{key % 100:02}"


def days_before(day: str, count: int) -> str:
    """The day that is ``count`` days before a day."""
    return (date.fromisoformat(day) - timedelta(days=count)).isoformat()


def _month(name: str) -> str:
    """The number of a month from its English name or at least three letters of it."""
    name = name.lower()
    if not MONTHS.get(name[:3], "").startswith(name):
        raise ValueError("not a month")
    return str(list(MONTHS).index(name[:3]) + 1)


def _joined(year: str, month: str | None, day: str | None) -> str:
    if not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        raise ValueError(f"not a year from {_FIRST_YEAR} to {_LAST_YEAR}")
    date(int(year), int(month or 1), int(day or 1))
    if not month:
        return year
    return f"{year}-{month:0>2}-{day:0>2}" if day else f"{year}-{month:0>2}"
