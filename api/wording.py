"""Text made fit for one line that people read."""

from __future__ import annotations

import re

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
"""Whatever a terminal may obey instead of showing it."""
_HEAD, _TAIL = 400, 200
"""Characters kept of a long message: what is wrong stands in front, what to do at the end."""


def clean(text: str) -> str:
    """``text`` in one line, without anything that a terminal would obey."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def message(text: str) -> str:
    """``text`` in one line of bounded length, for a message that quotes what somebody typed."""
    line = clean(text)
    if len(line) <= _HEAD + _TAIL:
        return line
    return f"{line[:_HEAD]} [...] {line[-_TAIL:]}"
