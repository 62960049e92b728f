"""From where an index is to the store that holds it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_data_path

from indexer.errors import UsageError
from indexer.opensearch.address import CHECKED, PLAIN, Address, parse_address
from indexer.store import Store

Place = Path | Address
"""Where an index is: a folder, or a cluster."""
Location = str | Place | Store
"""The same, or as people write it, or a store itself."""

if TYPE_CHECKING:
    from indexer.opensearch.store import OpenSearchStore

_NO_FOLDER = re.compile(r"\s*(opensearch[a-z+]*:|[a-z][a-z0-9+.-]*://)", re.IGNORECASE)
"""What somebody means for an address, and what would become a folder of a strange name."""


def parse_location(given: str | Path) -> Place:
    """What people write after ``--index`` or into ``$NEARPAPER_INDEX``.

    Raises:
        UsageError: It is a wrong address, or one of another kind, which is not quoted.
    """
    if isinstance(given, str) and given.startswith((CHECKED, PLAIN)):
        return parse_address(given)
    if _NO_FOLDER.match(str(given)):
        raise UsageError(
            "an index is in a folder, or at an address that begins with exactly "
            f"{CHECKED} or {PLAIN}, as text: a path loses a slash"
        )
    return Path(given)


def default_location() -> Place:
    """``$NEARPAPER_INDEX``, else ``data/index`` where it exists, else in the user's data folder."""
    named = os.environ.get("NEARPAPER_INDEX")
    if named:
        return parse_location(named)
    local = Path("data/index")
    return local if local.is_dir() else user_data_path("nearpaper") / "index"


def address_of(location: Location) -> Address | None:
    """The address of an index on a cluster; ``None`` for every other one."""
    place = parse_location(location) if isinstance(location, str | Path) else location
    return place if isinstance(place, Address) else None


def folder_of(location: Location, otherwise: str) -> Path:
    """The folder of an index; raises ``UsageError``, which says ``otherwise``, if it has none."""
    place = parse_location(location) if isinstance(location, str | Path) else location
    if isinstance(place, Path):
        return place
    if isinstance(place, Address):
        raise UsageError(f"{place}: {otherwise}")
    if place.workspace is None:
        raise UsageError(f"{place.location}: {otherwise}")
    return place.workspace


def open_store(location: Location | None = None) -> Store:
    """The store at a location, by default at :func:`default_location`."""
    if location is None:
        location = default_location()
    elif isinstance(location, str | Path):
        location = parse_location(location)
    if isinstance(location, Path):
        from indexer.local.store import LocalStore

        return LocalStore(location)
    return cluster_store(location) if isinstance(location, Address) else location


def cluster_store(address: Address) -> OpenSearchStore:
    """The store of an address; raises ``UsageError`` where what it needs isn't installed."""
    try:
        from indexer.opensearch.store import OpenSearchStore

        return OpenSearchStore(address)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "opensearchpy":
            raise
        raise UsageError(
            "a cluster needs the extra opensearch; install it with "
            "`pip install 'nearpaper[opensearch]'`"
        ) from None


@contextmanager
def using_store(location: Location | None = None) -> Iterator[Store]:
    """The store at a location, closed at the end unless it was given as a store."""
    store = open_store(location)
    try:
        yield store
    finally:
        if store is not location:
            store.close()
