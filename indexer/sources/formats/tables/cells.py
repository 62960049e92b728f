"""What stands in the cells of a table: nothing in many words, lists in one text, dates in parts."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence

from indexer.papers.fields import date_of
from indexer.papers.loose_dates import loose_date
from indexer.sources.formats.jsonl import BadJSONError, parse_value

_UNKNOWN = frozenset(
    (
        *("nan", "none", "null", "nil", "n/a", "#n/a", "na", "<na>", "nat", "undefined", "(none)"),
        *("-", "--", "—", "?", ".", "..", "..."),
    )
)
LONGEST_UNKNOWN = 15
"""Characters of a cell, spaces included, that only says that nothing is known."""
MAX_LIST = 1_000_000
"""Characters of a cell that is read as a list."""

_BRACKETS = {"[": "]", "(": ")", "{": "}"}
_OPENING = frozenset("[({c")
_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<name>[A-Za-z_]\w*\(?)"""
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<mark>[][(){},:])",
    re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U(000[0-9a-fA-F]{5}|0010[0-9a-fA-F]{4})|(.))",
    re.DOTALL,
)
_SPACES = {"n": "\n", "t": "\t", "r": "\r"}
_CONSTANTS = {"true": "true", "false": "false"}
_MARKS = {"(": "[", ")": "]"}
_AUTHOR_ID = re.compile(r"\([\w-]{0,20}\d{4}[\w-]{0,20}\)(?=\s*(?:[,;|\n]|and\b|$))")
"""The number of an author behind the name, as Scopus writes it."""
_BETWEEN = re.compile(r"[|\n;]")
_MORE = ("…", "...", "et al.", "et al")
_INITIALS_END = re.compile(r"\b[A-Z]{1,4}\.$")
_ADDRESS_END = re.compile(r"[\s;|]")
_MAX_WHOLE = 2.0**53
"""Up to here a float that is a whole number is exactly that."""


def is_unknown(text: str) -> bool:
    """Whether a cell only says that nothing is known."""
    return not text or (len(text) <= LONGEST_UNKNOWN and text.casefold() in _UNKNOWN)


def cell(value: object) -> object:
    """The value of a cell, ``None`` where nothing is known."""
    if isinstance(value, str):
        return None if is_unknown(value.strip()) else value
    if isinstance(value, float):
        return _number(value)
    return value


def _number(value: float) -> float | None:
    # pandas makes floats of a column of whole numbers with gaps.
    if value.is_integer() and abs(value) <= _MAX_WHOLE:
        return int(value)
    return value if math.isfinite(value) else None


def names(value: object, *, family_first: bool = False) -> object:
    """Names in a list, however it is written, else the text, which is split where it is read.

    Args:
        value: Of the cell.
        family_first: Whether the column's names are ``Last, First``, so a comma parts none.
    """
    if not isinstance(value, str):
        return value
    text = value.strip()
    if (found := listed(text)) is not None:
        return found
    if text.endswith(_MORE):
        ending = next(ending for ending in _MORE if text.endswith(ending))
        text = text.removesuffix(ending).rstrip(", \t;")
    is_numbered = text.endswith(")")
    text, ids = _AUTHOR_ID.subn("", text) if "(" in text else (text, 0)
    if (family_first or (ids == 1 and is_numbered)) and _is_inverted(text):
        return [text.strip()]
    if "|" in text or "\n" in text or (ids and ";" in text):
        return [name for name in map(str.strip, _BETWEEN.split(text)) if not is_unknown(name)]
    # PubMed ends its lists with a full stop.
    return text[:-1] if text.endswith(".") and _is_pubmed(text) else text


def _is_inverted(text: str) -> bool:
    """Whether it may be one name with the family name first."""
    return text.count(",") == 1 and " and " not in text and not _BETWEEN.search(text)


def _is_pubmed(text: str) -> bool:
    return text.count(".") == 1 and _INITIALS_END.search(text) is not None


def terms(value: object) -> object:
    """Categories in a list; one of them may hold commas where semicolons separate."""
    if not isinstance(value, str):
        return value
    if (found := listed(value.strip())) is not None:
        return found
    if ";" in value or "|" in value:
        return [term for term in map(str.strip, _BETWEEN.split(value)) if not is_unknown(term)]
    return value


def address(value: object) -> object:
    """The first of several addresses."""
    if not isinstance(value, str):
        return next(iter(value), None) if isinstance(value, list) else value
    text = value.strip()
    if found := listed(text):
        text = str(found[0])
    return _ADDRESS_END.split(text, maxsplit=1)[0]


def any_date(value: object) -> str:
    """A date however it is written, at least its year; empty where there is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return date_of(value)
    return date_of(value) or loose_date(str(value))


def date(dates: Sequence[object], year: object, month: object, day: object) -> object:
    """The date that fits the year, else the year with what there is of month and day.

    Args:
        dates: Of the columns that hold a date, or a part of one such as ``DEC 15``.
        year: As a number or text; ``None`` where no column holds one.
        month: Likewise.
        day: Likewise.
    """
    known = any_date(year)[:4]
    if not known:
        return next(filter(None, map(any_date, dates)), None)
    if found := _fitting(dates, known):
        return found
    for text in (f"{month} {_whole(day)}, {known}", f"{month}, {known}"):
        if month is not None and (found := date_of(text)):
            return found
    numbered = "-".join([known, _whole(month), *([_whole(day)] if day is not None else [])])
    return date_of(numbered) or known


def _fitting(dates: Sequence[object], year: str) -> str:
    """The first date of the year; empty where none is."""
    for value in dates:
        for text in (value, f"{value}, {year}", f"{value} {year}"):
            if (found := date_of(text)).startswith(year):
                return found
    return next((found for found in map(any_date, dates) if found.startswith(f"{year}-")), "")


def listed(text: str) -> list[object] | None:
    """The values of a list as JSON, Python, NumPy or R write it; ``None`` where it is none.

    Nothing is evaluated, whatever stands there.
    """
    if text[:1] not in _OPENING:
        return None
    start = "(" if text.startswith("c(") else text[0]
    if not text.endswith(_BRACKETS.get(start, "\0")) or len(text) > MAX_LIST:
        return None
    converted = _as_json(text)
    for written in (text, converted, f"[{converted[1:-1]}]"):
        try:
            value, end = parse_value(written) if written else (None, 0)
        except BadJSONError:
            continue
        if end == len(written) and isinstance(value, list):
            return [one for one in value if not (isinstance(one, str) and is_unknown(one.strip()))]
        if end == len(written) and isinstance(value, dict) and "name" in value:
            return [value]
    return None


def _as_json(text: str) -> str:
    """A literal of Python or R as JSON; empty where it isn't one."""
    pieces: list[str] = []
    place, before = 0, ""
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            return ""
        place, kind = match.end(), match.lastgroup or ""
        if kind == "space":
            continue
        if kind == "text":
            # NumPy puts nothing but a space between the values of an array.
            pieces += ["," if before == "text" else "", json.dumps(_unescaped(match[0][1:-1]))]
        elif kind == "name":
            pieces.append("[" if match[0] == "c(" else _CONSTANTS.get(match[0].lower(), "null"))
        else:
            pieces.append(_MARKS.get(match[0], match[0]))
        before = kind
    return "".join(pieces).replace(",]", "]")


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(
        lambda match: (
            _SPACES.get(match[4], match[4])
            if match[4]
            else chr(int(match[1] or match[2] or match[3], 16))
        ),
        text,
    )


def _whole(value: object) -> str:
    text = "" if value is None else str(value).strip().removesuffix(".0")
    return text.zfill(2) if text.isascii() and text.isdecimal() else text
