"""How to be told of what is new for a search: the address of its feed, and lines of a digest."""

from __future__ import annotations

import json

from api.pages.form import SearchForm, label
from search.digest import MOST

_KEPT = ("category", "author", "venue")
"""Filters that a digest has, too; what is new has no need of dates."""
_LOST = ("mode", "min_score", "literal")
"""What changes the papers that are found, and has no place in a digest."""


def digest_lines(form: SearchForm) -> str:
    """A saved search as TOML, for ``searches.toml``; without what only a page has."""
    name = form.q or f"Like {', '.join(form.similar)}"
    values: dict[str, object] = {
        "name": name[:100],
        "question": form.q,
        "like": [] if form.q else list(form.similar),
        "unlike": [] if form.q else list(form.unlike),
        **{field: list(form.values(field)) for field in _KEPT},
    }
    if form.value("retracted") != "any":
        values["retracted"] = form.value("retracted")
    if (limit := form.value("limit")).isdecimal() and 0 < int(limit) <= MOST:
        values["limit"] = int(limit)
    lines = [f"{key} = {_toml(value)}" for key, value in values.items() if value]
    return "\n".join(["[[search]]", *lines])


def lost_in_digest(form: SearchForm) -> str:
    """What of a search :func:`digest_lines` leaves out, in words; empty where nothing is."""
    text = ["the text"] if form.text and not form.q else []
    lost = text + [f"“{label(name)}”" for name in _LOST if name in form.chosen]
    return " and ".join(filter(None, [", ".join(lost[:-1]), *lost[-1:]]))


def _toml(value: object) -> str:
    """Texts, lists of texts and numbers are written as in JSON, but for one sign."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
