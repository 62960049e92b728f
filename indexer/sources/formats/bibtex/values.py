"""What stands behind ``=`` in BibTeX: texts in braces or quotes, abbreviations, joined by ``#``."""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_VALUE = 200_000
"""Characters of a value: more than an abstract may have, so that it will be rejected."""
MAX_STRINGS = 20_000
"""Abbreviations that are remembered."""
MAX_STRING = 10_000
"""Characters kept of what an abbreviation stands for."""
MAX_TEXT = 8 << 20
"""Characters of all abbreviations together."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_BRACE = re.compile(r"(?<!\\)[{}]")
_QUOTE = re.compile(r'(?<!\\)["{}]')
_INSIDE = re.compile(r'["{}\\]')
_SIMPLE = ("{}", '""')
_PART = re.compile(r'[{"]|[^\s#{}"]+|#')
_NAMED = re.compile(r'[^\s#{}",]+\s*(?:#|$)')


class Strings:
    """The abbreviations of a library, those of the months among them."""

    def __init__(self) -> None:
        self._meant = {month[:3].lower(): month for month in _MONTHS}
        self._size = 0

    def define(self, name: str, raw: str) -> None:
        """``@string{name = raw}``; beyond the limits nothing is remembered."""
        text = self.value(raw)[:MAX_STRING]
        if len(self._meant) < MAX_STRINGS and self._size + len(text) <= MAX_TEXT:
            self._meant[name.strip().lower()] = text
            self._size += len(text)

    def value(self, raw: str) -> str:
        """The text of a value as it stands there; what is no abbreviation means itself."""
        raw = raw.strip()
        inner = raw[1:-1]
        if raw[:1] + raw[-1:] in _SIMPLE and not _INSIDE.search(inner):
            return inner[:MAX_VALUE]
        if not (raw.startswith(("{", '"')) or _NAMED.match(raw)):
            return raw[:MAX_VALUE]
        found: list[str] = []
        size = 0
        for text in self._parts(raw):
            found.append(text[: MAX_VALUE - size])
            size += len(found[-1])
        return "".join(found)

    def _parts(self, raw: str) -> Iterator[str]:
        place, joined = 0, True
        while match := _PART.search(raw, place):
            place = match.end()
            if match[0] == "#":
                joined = True
                continue
            if not joined:
                yield " "
            joined = False
            if match[0] in '{"':
                end = _end(raw, place, match[0])
                yield raw[place:end]
                place = end + 1
            else:
                yield self._meant.get(match[0].lower(), match[0])


def _end(raw: str, start: int, mark: str) -> int:
    """Where the text that begins at ``start`` ends; at the end of all if nothing closes it."""
    depth = 0
    for found in (_BRACE if mark == "{" else _QUOTE).finditer(raw, start):
        if found[0] == "{":
            depth += 1
        elif depth:
            depth -= found[0] == "}"
        elif (found[0] == "}") == (mark == "{"):
            return found.start()
    return len(raw)
