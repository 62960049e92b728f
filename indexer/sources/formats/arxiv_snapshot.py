"""arXiv's metadata snapshot, as Kaggle distributes it: JSON Lines with versions and parsed names.

Fields: https://www.kaggle.com/datasets/Cornell-University/arxiv
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexer.sources.formats.json_shapes import json_reader, mapping, sequence


def snapshot_fields(record: Mapping[str, Any]) -> Mapping[str, object]:
    """The fields of a paper: the first version's date, the last one's number."""
    versions = sequence(record.get("versions"))
    first, last = (mapping(versions[place]) if versions else {} for place in (0, -1))
    doi, name = record.get("doi"), record.get("id")
    return {
        "id": name,
        "title": record.get("title"),
        "abstract": record.get("abstract"),
        "authors": _names(record.get("authors_parsed")) or record.get("authors"),
        "date": first.get("created") or record.get("update_date"),
        "url": f"https://arxiv.org/abs/{name}" if isinstance(name, str) and name else None,
        "categories": record.get("categories"),
        "venue": record.get("journal-ref"),
        "version": last.get("version"),
        # Some papers name a second DOI behind the first.
        "doi": doi.split()[0] if isinstance(doi, str) and doi.strip() else None,
        "licence": record.get("license"),
    }


read_snapshot = json_reader(snapshot_fields)


def _names(parsed: object) -> list[str]:
    """``[["Lemire", "Daniel", ""]]`` as names in print; what stands behind is an affiliation."""
    return [_name(entry) for entry in sequence(parsed)]


def _name(entry: object) -> str:
    last, first, suffix = ([*map(str, sequence(entry)), "", "", ""])[:3]
    return " ".join(part for part in (first, last, suffix) if part)
