"""Text made fit for one line that people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from indexer.errors import CONTROLS

_HEAD, _TAIL = 400, 200
"""Characters kept of a long message: what is wrong stands in front, what to do at the end."""

_MOST_WORDS = 12
"""Matched words that are named; a question that is a whole abstract matches dozens."""


def clean(text: str) -> str:
    """``text`` in one line, without anything that a terminal would obey."""
    return " ".join(CONTROLS.sub(" ", text).split())


def message(text: str) -> str:
    """``text`` in one line of bounded length, for a message that quotes what somebody typed."""
    line = clean(text)
    if len(line) <= _HEAD + _TAIL:
        return line
    return f"{line[:_HEAD]} [...] {line[-_TAIL:]}"


def understanding(understood: Mapping[str, Any]) -> str:
    """What was made of a question, in one line; empty where it was taken just as typed."""
    if name := understood.get("id"):
        return f"looked up {name}"
    parts = [
        _quoted("leaving off {}", [understood.get("taken_off", "")]),
        _quoted("holding {}", understood.get("phrases", ())),
        _quoted("with {} in the title", understood.get("title", ())),
        _quoted("with {} in the abstract", understood.get("abstract", ())),
        _quoted("without {}", understood.get("excluded", ())),
        *(_filter(filters) for filters in understood.get("filters", ())),
    ]
    if not any(parts):
        return ""
    text = clean(understood.get("text", ""))
    return "; ".join(filter(None, [f"searched for “{text}”" if text else "", *parts]))


def _quoted(sentence: str, values: Sequence[str]) -> str:
    quoted = " and ".join(f"“{clean(value)}”" for value in values if value)
    return sentence.format(quoted) if quoted else ""


def _filter(filters: Mapping[str, Any]) -> str:
    names = {"after": "from", "before": "until"}
    return " ".join(
        f"{names.get(name, name)} {clean(value if isinstance(value, str) else ' or '.join(value))}"
        for name, value in filters.items()
    )


def reasons(why: Mapping[str, Any]) -> Iterator[str]:
    """A line on the places in the legs and the words that matched, one on the nearest sentence."""
    legs = (("meaning", "dense"), ("words", "lexical"))
    parts = [_place(name, place) for name, leg in legs if (place := why.get(leg))]
    if words := why.get("words"):
        more = f" and {len(words) - _MOST_WORDS} more" if len(words) > _MOST_WORDS else ""
        parts.append(f"matched {', '.join(words[:_MOST_WORDS])}{more}")
    if parts:
        yield f"why: {'; '.join(parts)}"
    if sentence := why.get("sentence"):
        yield f"nearest ({sentence['score']:.2f}): {sentence['text']}"


def _place(name: str, place: Mapping[str, Any]) -> str:
    """Such as ``meaning 3 (0.61)``; a leg may give a score without a rank."""
    score = "" if place["score"] is None else f" ({place['score']:.2f})"
    return f"{name} {'–' if place['rank'] is None else place['rank']}{score}"
