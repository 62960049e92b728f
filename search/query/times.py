"""Times in a question: "since 2024", "from 2019 to 2021", "last year".

They are read where the time of a paper can be meant: beside a word for papers, or where the
question or a part of it ends. "In 2020 vision", "after 2000 steps" and what statements say
("mortality rose from 2009 to 2014.") are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from search.query.calendar import NUMBERS, beside, date_at, is_year, last_or_this, months_before
from search.query.vocabulary import DOCUMENTS, FOLLOWING, is_negated, words

Keys = Sequence[str]
Tokens = Sequence[str]

_RANGE = re.compile(r"(\d{4})[-–—/](\d{4})", re.ASCII)
_DAYS = {"day": 1, "days": 1, "week": 7, "weeks": 7}
_UNITS = {"month": 1, "months": 1, "year": 12, "years": 12, "decade": 120}
_COMPARED = {"newer": "after", "later": "after", "older": "before", "earlier": "before"}
_SINCE, _UNTIL, _IN = words("since"), words("until till"), words("in during")
_TO = words("to until till through and") | {"-", "–", "—", "", "up"}
_ONWARDS = words("onwards onward")
_NOW = words("now today present date")
_LEADERS = words(
    "published written released posted submitted appeared appearing dated that were was which have "
    "appeared been made"
)
_BEFORE_SPAN = words("in from of over during within for the")
_OPEN = words("since until till before after between")
"""Behind these, "last year" is an end of a time and not the time itself."""


@dataclass(frozen=True, slots=True)
class Period:
    """A time that some words of a question ask for.

    Attributes:
        start: Place of its first word.
        stop: Place behind its last.
        after: As of :class:`~search.query.filters.Filters`.
        before: Likewise.
    """

    start: int
    stop: int
    after: str = ""
    before: str = ""


def periods(tokens: Tokens, keys: Keys, today: date, *, only_papers: bool) -> Iterator[Period]:
    """The times of a question, in order.

    Args:
        tokens: Its words as typed, empty for what must not be touched.
        keys: The same, folded, without punctuation around them.
        today: What "last year" is counted from.
        only_papers: Read them right behind a word for papers alone, as in prose.
    """
    at = 0
    while at < len(keys):
        found = _period(keys, at, today)
        period = found and _placed(found, tokens, keys, at, only_papers=only_papers)
        if period:
            yield period
        at = period.stop if period else at + 1


def _placed(
    period: Period, tokens: Tokens, keys: Keys, at: int, *, only_papers: bool
) -> Period | None:
    """The same with the words that lead to it, if it stands where a time can stand."""
    leaders = _BEFORE_SPAN if keys[at] in ("last", "past", "this") else frozenset[str]()
    start = at
    while start and keys[start - 1] in leaders:
        start -= 1
    while start and keys[start - 1] in _LEADERS:
        start -= 1
    is_end = keys[at] in ("last", "this") and start > 0 and keys[start - 1] in _OPEN
    if is_end or is_negated(keys, start):
        return None
    beside_papers = start > 0 and keys[start - 1] in DOCUMENTS
    is_told = start < at and keys[at - 1] in _LEADERS  # "published in 2020"
    if period.stop < len(keys) and not _ends(tokens, keys, period.stop):
        return None
    is_in, at_end = keys[at] in _IN, period.stop == len(keys)
    doubtful = is_in or (keys[at] == "from" and period.after == period.before)
    stands = beside_papers or is_told or not doubtful or (is_in and at_end)
    return replace(period, start=start) if beside_papers or (stands and not only_papers) else None


def _ends(tokens: Tokens, keys: Keys, stop: int) -> bool:
    """Whether another part of the question begins here."""
    if keys[stop - 1].endswith("'s"):  # "last year's papers"
        return keys[stop] in DOCUMENTS
    return keys[stop] in FOLLOWING or tokens[stop - 1].endswith((",", ";", ":", ".", "?", ")"))


def _period(keys: Keys, at: int, today: date) -> Period | None:
    """The time that begins at a place, without what leads to it."""
    key, following = keys[at], keys[at + 1] if at + 1 < len(keys) else ""
    if key in ("last", "past", "this"):
        return _counted(keys, at, today)
    if key in ("from", "between", "in", "during"):
        return _between(keys, at, today) or (None if key == "between" else _within(keys, at, today))
    if key in _COMPARED and following == "than":
        return _bounded(keys, at, at + 2, _COMPARED[key], today)
    if key in _SINCE:
        dated = date_at(keys, at + 1, today)
        if dated is None:
            return None
        day, stop = dated
        until_now = stop + 1 < len(keys) and keys[stop] in _TO and keys[stop + 1] in _NOW
        return Period(at, stop + 2 * until_now, after=day)
    if key in _UNTIL or (key == "up" and following in ("to", "until")):
        dated = date_at(keys, at + 1 + (key == "up"), today)
        return Period(at, dated[1], before=dated[0]) if dated else None
    if key in ("after", "before"):
        return _bounded(keys, at, at + 1, key, today)
    return None


def _bounded(keys: Keys, at: int, place: int, side: str, today: date) -> Period | None:
    """After or before a date, which itself isn't meant."""
    dated = date_at(keys, place, today)
    if dated is None:
        return None
    if side == "after":
        return Period(at, dated[1], after=beside(dated[0], 1))
    return Period(at, dated[1], before=beside(dated[0], -1))


def _between(keys: Keys, at: int, today: date) -> Period | None:
    """From one date to another, both meant."""
    joined = _RANGE.fullmatch(keys[at + 1]) if at + 1 < len(keys) else None
    if joined:
        first, last = joined.groups()
        stop = at + 2
        if not (is_year(first, today) and is_year(last, today)):
            return None
    else:
        start = date_at(keys, at + 1, today)
        if start is None or start[1] >= len(keys) or keys[start[1]] not in _TO:
            return None
        first, place = start
        if keys[place + 1 : place + 2] and keys[place + 1] in _NOW:
            return Period(at, place + 2, after=first)
        end = date_at(keys, place + 1 + (keys[place] == "up"), today)
        if end is None:
            return None
        last, stop = end
    in_order = first <= last or first.startswith(last)
    return Period(at, stop, first, last) if in_order else None


def _within(keys: Keys, at: int, today: date) -> Period | None:
    """In a year or month, or from one on."""
    dated = date_at(keys, at + 1, today)
    if dated is None:
        return None
    day, stop = dated
    if keys[at] == "from" and stop < len(keys):
        if keys[stop] in _ONWARDS or (keys[stop] == "on" and stop + 1 == len(keys)):
            return Period(at, stop + 1, after=day)
        if keys[stop : stop + 2] == ["and", "later"] or keys[stop : stop + 2] == ["or", "later"]:
            return Period(at, stop + 2, after=day)
    return Period(at, stop, day, day)


def _counted(keys: Keys, at: int, today: date) -> Period | None:
    """Last year is the calendar's; the past year and the last two years reach to today."""
    key, place, many = keys[at], at + 1, 1
    word = keys[place] if place < len(keys) else ""
    if word in NUMBERS or (word.isdecimal() and word.isascii() and 0 < len(word) <= 2):
        many, place = NUMBERS.get(word) or int(word), place + 1
        word = keys[place] if place < len(keys) else ""
    word = word.removesuffix("'s")
    if word in ("year", "month") and place == at + 1 and key != "past":
        day = last_or_this(key, word, today)
        return Period(at, place + 1, day, day)
    if many < 1 or key == "this":
        return None
    if word in _DAYS:
        first = (today - timedelta(days=many * _DAYS[word])).isoformat()
    elif word in _UNITS:
        first = months_before(today, many * _UNITS[word])
    else:
        return None
    return Period(at, place + 1, after=first)
