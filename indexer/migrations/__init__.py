"""The catalog's schema as numbered steps: a new catalog takes all of them, an older one the rest.

To change the schema, put ``NNNN_what.sql`` with the next number beside this file. A step is SQL
that takes a catalog of the version before to its own, papers included; all that are missing run in
one transaction, when a process that may write opens the index. A published step is never edited.
"""

from __future__ import annotations

import json
import sqlite3
from importlib.resources import files
from importlib.resources.abc import Traversable

from indexer.ids import normalise_id
from indexer.names import names_of
from indexer.paper import Paper

FOLDER: Traversable = files(__name__)
_APPLICATION_ID = 0x6E656172  # "near"


def steps(folder: Traversable) -> dict[int, Traversable]:
    """The scripts by the version that each leads to, ascending from 1."""
    scripts = sorted(
        (path for path in folder.iterdir() if path.name.endswith(".sql")),
        key=lambda path: path.name,
    )
    return {int(path.name.split("_", 1)[0]): path for path in scripts}


def latest() -> int:
    """The version that this nearpaper reads and writes."""
    return max(steps(FOLDER))


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring a catalog of ``version`` to the latest, all or nothing; 0 is a blank file."""
    missing = [path for number, path in steps(FOLDER).items() if number > version]
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in missing)
    connection.create_function("paper_names", 5, _paper_names, deterministic=True)
    try:
        connection.executescript(
            f"BEGIN IMMEDIATE; {scripts} PRAGMA application_id = {_APPLICATION_ID}; "
            f"PRAGMA user_version = {latest()}; COMMIT;"
        )
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _paper_names(id: str, doi: str, title: str, authors: str, date: str) -> str:
    """The names of a paper of version 1, as JSON; its id may be written as it wouldn't be today."""
    ids = (normalise_id(id)[0],)
    names = tuple(json.loads(authors))
    return json.dumps(
        names_of(Paper(id=id, ids=ids, doi=doi, title=title, authors=names, date=date))
    )
