"""How to be told of what is new for a search: the address of its feed, and lines of a digest."""

from __future__ import annotations

import json

from api.pages.form import SearchForm
from search.digest import MOST

_KEPT = ("category", "author", "venue")
"""Filters that a digest has, too; what is new has no need of dates."""


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


def _toml(value: object) -> str:
    """Texts, lists of texts and numbers are written as in JSON, but for one sign."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
