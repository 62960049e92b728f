"""Text made fit for one line that people read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from indexer.errors import CONTROLS

_HEAD, _TAIL = 400, 200
"""Characters kept of a long message: what is wrong stands in front, what to do at the end."""

_MOST_WORDS = 12
"""Matched words that are named; a question that is a whole abstract matches dozens."""
_BY_WORDS = "searched by words alone"
_FOLDER = re.compile(r"(?<![\w.:/])/[^\s`'\";,)]+")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def clean(text: str) -> str:
    """``text`` in one line, without anything that a terminal would obey."""
    return " ".join(CONTROLS.sub(" ", text).split())


def message(text: str) -> str:
    """``text`` in one line of bounded length, for a message that quotes what somebody typed."""
    line = clean(text)
    if len(line) <= _HEAD + _TAIL:
        return line
    return f"{line[:_HEAD]} [...] {line[-_TAIL:]}"


def counted(number: int, noun: str) -> str:
    """Such as ``1 paper`` or ``1,234 papers``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def about_time(seconds: float) -> str:
    """How long something takes, as people say it: ``20 seconds``, ``3 minutes``."""
    if seconds < 90:
        return counted(max(10, 10 * round(seconds / 10)), "second")
    return counted(round(seconds / 60), "minute")


def written_date(date: str) -> str:
    """``YYYY[-MM[-DD]]`` as people write it, such as ``21 August 2026``; else as it is."""
    year, month, day = (*date.split("-"), "", "")[:3]
    if not (month.isdecimal() and 1 <= int(month) <= len(_MONTHS)):
        return date
    name = f"{_MONTHS[int(month) - 1]} {year}"
    return f"{int(day)} {name}" if day.isdecimal() else name


def short_date(date: str) -> str:
    """The same with the month in three letters, such as ``21 Aug 2026``."""
    *day, month, year = written_date(date).split() if "-" in date else ("", date)
    return " ".join(filter(None, [*day, month[:3], year]))


def date_range(after: str, before: str) -> str:
    """What two limits of a date mean, in words; empty where there is none."""
    if after == before:
        return f"dated {written_date(after)}" if after else ""
    first = f"from {written_date(after)}" if after else ""
    last = f"{'to' if after else 'up to'} {written_date(before)}" if before else ""
    return " ".join(filter(None, [first, last]))


def understanding(understood: Mapping[str, Any]) -> str:
    """How a question was read, in one line; empty where it was taken just as typed."""
    if name := understood.get("id"):
        return f"looked up {name}"
    text, stripped = clean(understood.get("text", "")), clean(understood.get("taken_off", ""))
    parts = [
        _quoted("containing {}", understood.get("phrases", ())),
        _quoted("with {} in the title", understood.get("title", ())),
        _quoted("with {} in the abstract", understood.get("abstract", ())),
        _quoted("without {}", understood.get("excluded", ())),
        *(_filter(filters) for filters in understood.get("filters", ())),
        _cited(understood.get("cited", {})),
        *(_read_as(*each) for each in understood.get("abbreviations", {}).items()),
    ]
    if not (stripped or any(parts)):
        return ""
    shown = f"showing results for “{text}”" if text else ""
    ignored = f"(ignored: “{stripped}”)" if stripped else ""
    return "; ".join(filter(None, [f"{shown} {ignored}".strip(), *parts]))


def heard(understood: Mapping[str, Any]) -> str:
    """The words that were read as authors and times; empty where there were none."""
    return clean(understood.get("heard", ""))


def _cited(cited: Mapping[str, Any]) -> str:
    """What a citation names: "papers by Vaswani and Shazeer, dated 2017, first"."""
    if not cited:
        return ""
    names = " and ".join(map(clean, cited["author"]))
    dates = date_range(clean(cited.get("after", "")), clean(cited.get("before", "")))
    return ", ".join(filter(None, [f"papers by {names}", dates, "first"]))


def _read_as(short: str, forms: Sequence[str]) -> str:
    if len(short.split()) > 1:
        return f"{clean(short)} also as {clean(forms[0])}"
    others = f" (also {clean(' or '.join(forms[1:]))})" if forms[1:] else ""
    return f"{clean(short)} read as {clean(forms[0])}{others}"


def _quoted(sentence: str, values: Sequence[str]) -> str:
    quoted = " and ".join(f"“{clean(value)}”" for value in values if value)
    return sentence.format(quoted) if quoted else ""


def _filter(filters: Mapping[str, Any]) -> str:
    dates = date_range(clean(filters.get("after", "")), clean(filters.get("before", "")))
    others = (
        f"{name} {clean(value if isinstance(value, str) else ' or '.join(value))}"
        for name, value in filters.items()
        if name not in ("after", "before")
    )
    return " ".join(filter(None, [dates, *others]))


def reasons(why: Mapping[str, Any]) -> Iterator[str]:
    """A line on the ranks by meaning and by words, one on the sentence nearest to the question."""
    legs = (("meaning", "dense"), ("words", "lexical"))
    parts = [_rank(name, place) for name, leg in legs if (place := why.get(leg))]
    if words := why.get("words"):
        more = f" and {len(words) - _MOST_WORDS} more" if len(words) > _MOST_WORDS else ""
        parts.append(f"matched {', '.join(words[:_MOST_WORDS])}{more}")
    if parts:
        yield f"why: {'; '.join(parts)}"
    if sentence := why.get("sentence"):
        yield f"nearest sentence ({sentence['score']:.2f}): {sentence['text']}"


def _rank(name: str, place: Mapping[str, Any]) -> str:
    """Such as ``meaning 3 (0.61)``; there may be a score without a rank."""
    score = "" if place["score"] is None else f" ({place['score']:.2f})"
    return f"{name} {'–' if place['rank'] is None else place['rank']}{score}"


def for_strangers(warnings: Iterable[str]) -> list[str]:
    """Warnings of an answer, without the folders that one of a lost model names."""
    return [
        _FOLDER.sub("…", warning) if warning.startswith(_BY_WORDS) else warning
        for warning in warnings
    ]
