"""Papers as rows of the catalog, and back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.entries import Entry
from indexer.errors import IndexDamagedError
from indexer.models.embedder import are_unit
from indexer.papers.identity import Name
from indexer.papers.paper import Paper

CATALOG_FILE = "catalog.sqlite"
_LISTS = frozenset({"authors", "categories", "sources", "ids", "cite_keys"})
# The table's columns stand in this order: row id, fields, text_hash, truncated, born, died, and the
# fields that later versions brought.
_LATER = ("ids", "harvested", "retracted", "cite_keys")
_FIELDS = tuple(field.name for field in fields(Paper))
_FIRST = len(_FIELDS) - len(_LATER)
_TRUNCATED, _SECOND = _FIRST + 2, _FIRST + 5
_INSERT = "INSERT INTO papers VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"


@dataclass(frozen=True, slots=True)
class Block:
    """A run of ``n`` live papers, ascending by row id.

    Attributes:
        rows: ``(n,)`` int64 row ids.
        papers: The records.
        text_hashes: Of the texts that were embedded.
        truncated: ``(n,)`` bool.
        vectors: ``(n, d)`` float16, unit length.
    """

    rows: NDArray[np.int64]
    papers: list[Paper]
    text_hashes: list[str]
    truncated: NDArray[np.bool_]
    vectors: NDArray[np.float16]


def insert(
    connection: sqlite3.Connection, entry: Entry, number: int | None, row: int | None = None
) -> None:
    """Write a paper, its vector and its names, born with the change of that number.

    By default its row id is the next one.
    """
    require_sound(entry.vector[None], [entry.paper])
    stored = [_stored(entry.paper, name) for name in _FIELDS]
    known = (entry.text_hash, int(entry.truncated), number, None)
    values = [row, *stored[:_FIRST], *known, *stored[_FIRST:]]
    row = connection.execute(_INSERT, values).lastrowid
    connection.execute("INSERT INTO vectors VALUES (?, ?)", (row, entry.vector.tobytes()))
    connection.executemany(
        "INSERT INTO names VALUES (?, ?, ?, ?, ?)",
        [(name.name, row, name.archive, name.year, name.author) for name in entry.names],
    )
    if entry.arrived not in (None, number):
        connection.execute("INSERT INTO arrivals VALUES (?, ?)", (row, entry.arrived))


def _stored(paper: Paper, name: str) -> object:
    value = getattr(paper, name)
    return json.dumps(value, ensure_ascii=False) if name in _LISTS else value


def paper_of(record: Sequence[Any]) -> Paper:
    """The paper of a row of the table, its row id in front."""
    stored = (*record[1 : _FIRST + 1], *record[_SECOND : _SECOND + len(_LATER)])
    values = dict(zip(_FIELDS, stored, strict=True))
    for name in _LISTS:
        values[name] = _listed(values[name], values["id"])
    values["retracted"] = bool(values["retracted"])
    return Paper(**values)


def _listed(stored: str, id: str) -> tuple[str, ...]:
    try:
        return () if stored == "[]" else tuple(json.loads(stored))
    except (ValueError, TypeError, RecursionError) as error:
        raise IndexDamagedError(
            f"{CATALOG_FILE}: the record of {id} can't be read; run `nearpaper check`"
        ) from error


def entry_of(record: Sequence[Any], names: Iterable[Name], arrived: int | None = None) -> Entry:
    """What was committed, out of the table's columns with the vector behind them.

    Raises ``IndexDamagedError`` where that isn't what was written.
    """
    entry = Entry(
        paper_of(record),
        record[_TRUNCATED - 1],
        vectors_of([record[-1]])[0],
        bool(record[_TRUNCATED]),
        names,
        arrived,
    )
    require_sound(entry.vector[None], [entry.paper])
    return entry


def block_of(records: list[tuple[Any, ...]]) -> Block:
    """Records of the table's columns with the vector behind them."""
    return Block(
        rows=np.array([record[0] for record in records], np.int64),
        papers=[paper_of(record) for record in records],
        text_hashes=[record[_TRUNCATED - 1] for record in records],
        truncated=np.array([record[_TRUNCATED] for record in records], np.bool_),
        vectors=vectors_of([record[-1] for record in records]),
    )


def require_sound(
    vectors: NDArray[np.float16], papers: Sequence[Paper], dimension: int | None = None
) -> None:
    """Raise ``IndexDamagedError`` for ``(n, d)`` vectors that no model gave to ``n`` papers."""
    sound = are_unit(vectors) & (dimension in (None, vectors.shape[1]))
    if not sound.all():
        raise IndexDamagedError(
            f"{CATALOG_FILE}: the vector of {papers[int(np.argmin(sound))].id} isn't what a model "
            "gave; run `nearpaper rebuild --embed`"
        )


def vectors_of(stored: Sequence[bytes]) -> NDArray[np.float16]:
    """``(n, d)`` vectors; raises ``IndexDamagedError`` where they aren't of one length."""
    lengths = {len(vector) for vector in stored}
    if len(lengths) > 1 or any(length % np.float16().itemsize for length in lengths):
        raise IndexDamagedError(
            f"{CATALOG_FILE}: vectors of different lengths; run `nearpaper rebuild --embed`"
        )
    return np.frombuffer(b"".join(stored), np.float16).reshape(len(stored), -1)
