"""Crossref's REST API: works as saved, alone (``message``) or listed (``message.items``).

Fields: https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md; they are CSL-JSON's,
and more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexer.sources.formats.csl import csl_fields
from indexer.sources.formats.json_shapes import json_reader, mapping, sequence

_RETRACTING = ("retraction", "partial_retraction", "withdrawal", "removal")
_DATES = ("issued", "published", "published-print", "published-online", "posted", "created")


def crossref_fields(work: Mapping[str, Any]) -> Mapping[str, object]:
    """The fields of a work."""
    fields = dict(csl_fields(_dated(work)))
    title, subtitle = fields["title"], next(iter(sequence(work.get("subtitle"))), None)
    if isinstance(title, str) and isinstance(subtitle, str) and subtitle.strip():
        known = subtitle.lower() in title.lower()
        fields["title"] = title if known else f"{title}: {subtitle}"
    updates = map(mapping, sequence(work.get("updated-by")))
    fields["retracted"] = any(one.get("type") in _RETRACTING for one in updates)
    fields["cite_keys"] = []
    fields["licence"] = next(
        (url for one in sequence(work.get("license")) if (url := mapping(one).get("URL"))), None
    )
    if not fields["venue"]:
        place = next(iter(sequence(work.get("institution"))), None)
        fields["venue"] = mapping(place).get("name")
    return fields


read_crossref = json_reader(crossref_fields)


def _dated(work: Mapping[str, Any]) -> Mapping[str, Any]:
    """A work whose date of issue is empty (``[[null]]``) goes by the next date that it has."""
    for name in _DATES:
        parts = sequence(mapping(work.get(name)).get("date-parts"))
        if any(part and part[0] for part in map(sequence, parts)):
            return {**work, "issued": work[name]}
    return work
