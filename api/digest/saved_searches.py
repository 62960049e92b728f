"""Saved searches in a TOML file, checked before any of them runs.

Whatever is wrong is one line that names the file, the table and the key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from platformdirs import user_config_path

from api.digest.library import read_library
from api.digest.toml_table import TomlTable
from api.links import web_address
from indexer.errors import SourceError, UsageError, storage_error
from indexer.location import Place
from indexer.papers.paper import Paper
from search.digest import MOST, USUAL, USUAL_SCORE, SavedSearch
from search.limits import MAX_IDS, MAX_QUESTION, MAX_VALUES
from search.query.filters import RETRACTED_CHOICES, Filters
from search.validation import checked_ids, checked_question

FILE = "searches.toml"
MAX_SEARCHES = 100
MAX_READERS = 50
MAX_BYTES = 1 << 20
MAX_TEXT = 500
Security = Literal["starttls", "tls", "none"]
PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """Who gets mail, and through which server.

    Attributes:
        to: Addresses; each gets its own mail.
        sender: The address that it comes from.
        host: Of the server.
        port: Likewise.
        security: How the connection is kept private.
        user: To sign in as, empty for no sign-in; the password is read from the environment.
    """

    to: tuple[str, ...]
    sender: str
    host: str
    port: int
    security: Security
    user: str


@dataclass(frozen=True, slots=True)
class SearchesFile:
    """The contents of a file.

    Attributes:
        searches: In their order, at least one.
        mail: ``None`` where nobody gets mail.
        site: Address of a nearpaper server with pages about the papers, empty for none.
    """

    searches: tuple[SavedSearch, ...]
    mail: MailSettings | None
    site: str


def find_searches(named: Path | None, index: Place) -> Path:
    """The file to read: as named, beside the index if that is a folder, or in the user's folder."""
    beside = [index.parent / FILE] if isinstance(index, Path) else []
    places = [named] if named else [*beside, user_config_path("nearpaper") / FILE]
    for place in places:
        if place.is_file():
            return place
    raise UsageError(
        f"{' and '.join(map(str, places))}: no saved searches there; write some (see "
        "docs/digests.md), or name a file with --searches"
    )


def read_searches(path: Path) -> SearchesFile:
    """All of a file; raises ``UsageError``."""
    top = TomlTable(str(path), _parsed(path), {"search", "mail", "site"})
    tables = top.tables("search", MAX_SEARCHES)
    if not tables:
        raise UsageError(f"{path}: contains no saved search; begin one with [[search]]")
    site = top.text("site", MAX_TEXT).rstrip("/")
    if site and not web_address(site):
        raise top.wrong("site", "must be a web address such as https://papers.example.org")
    mail = top.table("mail")
    searches = tuple(
        _search(TomlTable(f"{path}: search {number}", values, _SEARCH), path.absolute().parent)
        for number, values in enumerate(tables, start=1)
    )
    return SearchesFile(
        searches, None if mail is None else _mail(TomlTable(f"{path}: mail", mail, _MAIL)), site
    )


def _parsed(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise storage_error(error, path) from error
    if len(content) > MAX_BYTES:
        raise UsageError(f"{path}: larger than a megabyte; that isn't a file of saved searches")
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8; save it as UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not TOML: {error}") from None


_WANTED = ("question", "like", "library")
_SEARCH = {
    *(*_WANTED, "name", "unlike", "category", "author", "venue", "retracted"),
    *("limit", "min_score"),
}
_MAIL = {"to", "from", "host", "port", "security", "user"}


def _search(table: TomlTable, folder: Path) -> SavedSearch:
    name = table.needed("name", 200)
    table.place = f"{table.place} ({name!r})"
    wanted = [key for key in _WANTED if key in table]
    if len(wanted) != 1:
        raise UsageError(f"{table.place}: must have exactly one of {', '.join(_WANTED)}")
    if "question" in table and "unlike" in table:
        raise table.wrong("unlike", "works with like or library only; in a question write -word")
    if "min_score" in table and "library" not in table:
        raise table.wrong("min_score", "works with a library only; else close papers are news")
    least = table.number("min_score", 0, 1, USUAL_SCORE)
    with _at(table):
        question = table.text("question", MAX_QUESTION)
        return SavedSearch(
            name=name,
            question=checked_question(question) if question else "",
            like=tuple(checked_ids(table.texts("like", MAX_IDS))),
            library=_library(table, folder),
            unlike=tuple(checked_ids(table.texts("unlike", MAX_IDS))),
            filters=Filters(
                categories=table.texts("category", MAX_VALUES),
                authors=table.texts("author", MAX_VALUES),
                venues=table.texts("venue", MAX_VALUES),
                retracted=table.one_of("retracted", RETRACTED_CHOICES, "any"),
            ),
            limit=int(table.number("limit", 1, MOST, USUAL, whole=True)),
            min_score=least,
        )


@contextmanager
def _at(table: TomlTable) -> Iterator[None]:
    """Say of which search an error is."""
    try:
        yield
    except UsageError as error:
        known = str(error).startswith(table.place)
        raise (error if known else UsageError(f"{table.place}: {error}")) from None


def _library(table: TomlTable, folder: Path) -> tuple[Paper, ...]:
    path = table.text("library", MAX_TEXT)
    if not path:
        return ()
    try:
        return read_library(folder / Path(path).expanduser())
    except SourceError as error:
        raise table.wrong("library", str(error)) from None


def _mail(table: TomlTable) -> MailSettings:
    security = table.text("security", MAX_TEXT) or "starttls"
    if security not in PORTS:
        raise table.wrong("security", f"must be one of {', '.join(PORTS)}")
    to = table.texts("to", MAX_READERS)
    if not to:
        raise table.wrong("to", "missing; list the addresses that get the mail")
    return MailSettings(
        to=tuple(dict.fromkeys(table.address("to", one) for one in to)),
        sender=table.address("from", table.needed("from", MAX_TEXT)),
        host=table.needed("host", MAX_TEXT),
        port=int(table.number("port", 1, 65535, PORTS[security], whole=True)),
        security=security,
        user=table.text("user", MAX_TEXT),
    )
