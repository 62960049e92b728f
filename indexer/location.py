"""From where an index is to the store that holds it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from platformdirs import user_data_path

from indexer.store import Store

Location = str | Path | Store
"""Where an index is: a folder, or a store itself."""


def default_folder() -> Path:
    """``$NEARPAPER_INDEX``, else ``data/index`` where it exists, else in the user's data folder."""
    named = os.environ.get("NEARPAPER_INDEX")
    if named:
        return Path(named)
    local = Path("data/index")
    return local if local.is_dir() else user_data_path("nearpaper") / "index"


def open_store(location: Location | None = None) -> Store:
    """The store at a location, by default in :func:`default_folder`."""
    if location is None or isinstance(location, str | Path):
        from indexer.local.store import LocalStore

        return LocalStore(default_folder() if location is None else Path(location))
    return location


@contextmanager
def using_store(location: Location | None = None) -> Iterator[Store]:
    """The store at a location, closed at the end unless it was given as a store."""
    store = open_store(location)
    try:
        yield store
    finally:
        if store is not location:
            store.close()
