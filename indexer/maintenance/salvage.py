"""What can still be read of a damaged catalog: papers whose record, text and vector are whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from indexer.entries import Entry
from indexer.errors import IndexDamagedError
from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.rows import CATALOG_FILE, entry_of, paper_of
from indexer.local.segments.manifest import Manifest
from indexer.models.embedder import Model
from indexer.models.recipe import document_text
from indexer.papers.identity import names_of
from indexer.papers.paper import text_hash

_BLOCK = 1024  # rows that are read at once where nothing is damaged


def salvaged(catalog: Catalog, dimension: int) -> Iterator[list[Entry]]:
    """The live papers that can be read, ascending by row id, in blocks.

    Where reading a block fails it is halved, so that a damaged page costs the papers on it alone.
    """
    last = _last_row(catalog)
    for first in range(1, last + 1, _BLOCK):
        records = _records(catalog, first, min(first + _BLOCK - 1, last))
        entries = [_entry(record, dimension) for record in records]
        yield [entry for entry in entries if entry is not None]


def salvage(folder: Path, target: Path) -> None:
    """Write what can be read of the catalog in ``folder`` to a new one in ``target``."""
    damaged, saved = Catalog(folder, cut=True), Catalog(target, writable=True)
    try:
        model, recipe = _description(folder, damaged)
        saved.set_meta({"model": json.dumps(asdict(model)), "recipe": recipe})
        for entries in salvaged(damaged, model.dimension):
            if entries:
                saved.commit(entries)
        if not saved.count():
            raise IndexDamagedError(
                f"{folder / CATALOG_FILE}: no paper can be read; run `nearpaper restore BACKUP`"
            )
    finally:
        damaged.close()
        saved.close()


def _description(folder: Path, catalog: Catalog) -> tuple[Model, str]:
    """Model and recipe, which stand in two places."""
    with suppress(IndexDamagedError):
        if manifest := Manifest.load(folder):
            return manifest.model, manifest.recipe
    model = catalog.meta("model")
    if model is None:
        raise IndexDamagedError(
            f"{folder / CATALOG_FILE}: not even its model is known; run `nearpaper restore BACKUP`"
        )
    return Model(**json.loads(model)), catalog.meta("recipe") or ""


def _last_row(catalog: Catalog) -> int:
    """The highest row id that was ever given."""
    known = [0]
    for sql in (
        "SELECT seq FROM sqlite_sequence WHERE name = 'papers'",
        "SELECT max(row) FROM papers",
        "SELECT max(row) FROM vectors",
    ):
        with suppress(IndexDamagedError):
            known += [int(row or 0) for (row,) in catalog.database.rows(sql)]
    return max(known)


def _records(catalog: Catalog, first: int, last: int) -> list[tuple[Any, ...]]:
    try:
        return catalog.database.rows(
            "SELECT papers.*, vector FROM papers JOIN vectors USING (row) "
            "WHERE row BETWEEN ? AND ? AND died IS NULL ORDER BY row",
            first,
            last,
        )
    except IndexDamagedError:
        if first == last:
            return []
        middle = (first + last) // 2
        return _records(catalog, first, middle) + _records(catalog, middle + 1, last)


def _entry(record: tuple[Any, ...], dimension: int) -> Entry | None:
    """A record as it can be committed again; ``None`` if it isn't what was written.

    The names by which other sources call the paper are its ids; only their titles are lost.
    """
    try:
        entry = entry_of(record, names_of(paper_of(record)))
    except IndexDamagedError:
        return None
    whole = text_hash(document_text(entry.paper)) == entry.text_hash
    return entry if whole and len(entry.vector) == dimension else None
