"""Text made fit for one line that people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from indexer.errors import CONTROLS

_HEAD, _TAIL = 400, 200
"""Characters kept of a long message: what is wrong stands in front, what to do at the end."""

_MOST_WORDS = 12
"""Matched words that are named; a question that is a whole abstract matches dozens."""
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


def written_date(date: str) -> str:
    """``YYYY[-MM[-DD]]`` as people write it, such as ``21 August 2026``; else as it is."""
    year, month, day = (*date.split("-"), "", "")[:3]
    if not (month.isdecimal() and 1 <= int(month) <= len(_MONTHS)):
        return date
    name = f"{_MONTHS[int(month) - 1]} {year}"
    return f"{int(day)} {name}" if day.isdecimal() else name


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
    ]
    if not (stripped or any(parts)):
        return ""
    shown = f"showing results for “{text}”" if text else ""
    ignored = f"(ignored: “{stripped}”)" if stripped else ""
    return "; ".join(filter(None, [f"{shown} {ignored}".strip(), *parts]))


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
