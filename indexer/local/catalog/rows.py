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
from indexer.papers.identity import Name
from indexer.papers.paper import Paper

CATALOG_FILE = "catalog.sqlite"
_LISTS = frozenset({"authors", "categories", "sources", "ids"})
# The table's columns stand in this order: row id, fields, text_hash, truncated, born, died, and the
# fields of version 2.
_FIELDS = tuple(field.name for field in fields(Paper))
_FIRST = len(_FIELDS) - 2
_TRUNCATED, _SECOND = _FIRST + 2, _FIRST + 5
_INSERT = "INSERT INTO papers VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"


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
    stored = (*record[1 : _FIRST + 1], *record[_SECOND : _SECOND + 2])
    values = dict(zip(_FIELDS, stored, strict=True))
    for name in _LISTS:
        values[name] = _listed(values[name], values["id"])
    return Paper(**values)


def _listed(stored: str, id: str) -> tuple[str, ...]:
    try:
        return () if stored == "[]" else tuple(json.loads(stored))
    except (ValueError, TypeError, RecursionError) as error:
        raise IndexDamagedError(
            f"{CATALOG_FILE}: the record of {id} can't be read; run `nearpaper check`"
        ) from error


def entry_of(record: Sequence[Any], names: Iterable[Name], arrived: int | None = None) -> Entry:
    """What was committed, out of the table's columns with the vector behind them."""
    return Entry(
        paper_of(record),
        record[_TRUNCATED - 1],
        np.frombuffer(record[-1], np.float16),
        bool(record[_TRUNCATED]),
        names,
        arrived,
    )


def block_of(records: list[tuple[Any, ...]]) -> Block:
    """Records of the table's columns with the vector behind them."""
    vectors = np.frombuffer(b"".join(record[-1] for record in records), np.float16)
    return Block(
        rows=np.array([record[0] for record in records], np.int64),
        papers=[paper_of(record) for record in records],
        text_hashes=[record[_TRUNCATED - 1] for record in records],
        truncated=np.array([record[_TRUNCATED] for record in records], np.bool_),
        vectors=vectors.reshape(len(records), -1),
    )
