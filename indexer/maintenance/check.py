"""Whether every part of an index is what was written, and fits the catalog."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from indexer.errors import IndexBusyError, IndexDamagedError, StorageError
from indexer.files import stamp
from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.rows import CATALOG_FILE, Block
from indexer.local.integrity import lags, require_same_index
from indexer.local.lock import WriterLock
from indexer.local.presence import require_index
from indexer.local.recovery import recover
from indexer.local.segments.columns import Positions
from indexer.local.segments.generation import Generation
from indexer.local.segments.manifest import MANIFEST_FILE, Manifest
from indexer.location import Location, address_of, folder_of
from indexer.maintenance import on_cluster
from indexer.maintenance.altered import VECTOR, altered
from indexer.maintenance.salvage import salvaged

_TRIES = 5  # generations that may come and go while one is being checked
_PAUSE_SECONDS = 0.2
_MOST = 20  # findings of one kind
_RESTORE = "nearpaper restore BACKUP"
_ELSEWHERE = "is neither in a folder nor on a cluster"
_UNTOUCHED = (CATALOG_FILE, "vectors/", "columns")
"""What a writer leaves as it is until it publishes. It extends the lexicon in place, and new
vectors of all papers stand in the catalog first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong with an index.

    Attributes:
        part: The file or folder, inside the index.
        problem: What is wrong with it.
        remedy: The command that mends it, "" if none does.
    """

    part: str
    problem: str
    remedy: str


def check(location: Location) -> list[Finding]:
    """Compare every part with what was written and with the catalog; empty when clean.

    Of an index on a cluster, which checks its own files, the copies of shards, the counts and a
    sample of papers are looked at.

    Nobody writes meanwhile if this process may see to it. Where another process already does,
    what its work may look like is no finding; raises ``IndexBusyError`` if nothing else is found.
    """
    if (address := address_of(location)) is not None:
        return [
            Finding(part=part, problem=problem, remedy=remedy)
            for part, problem, remedy in on_cluster.problems(address, _MOST)
        ]
    folder = folder_of(location, _ELSEWHERE)
    try:
        require_index(folder)
        for _ in range(_TRIES):
            recover(folder)
            with _writers_kept_out(folder):
                found = _certain(folder)
            if found is not None:
                return found
            time.sleep(_PAUSE_SECONDS)
    except IndexDamagedError as error:
        return [_of(error, folder)]
    raise IndexBusyError(
        f"{folder}: a writer's work is not published yet; check again when it is done, as a user "
        "who may write there"
    )


@contextmanager
def _writers_kept_out(folder: Path) -> Iterator[None]:
    """Where that can be had; a folder that may only be read is checked all the same."""
    with ExitStack() as held:
        with suppress(IndexBusyError, StorageError):
            held.enter_context(WriterLock(folder))
        yield


def _certain(folder: Path) -> list[Finding] | None:
    """What is wrong beyond doubt; ``None`` if all that seems wrong may be a writer's work."""
    found, manifest = _compared(folder)
    if not found:
        return found
    ahead = lags(folder)
    if Manifest.load(folder) != manifest:
        return None
    return [one for one in found if not ahead or one.part.startswith(_UNTOUCHED)] or None


def _compared(folder: Path) -> tuple[list[Finding], Manifest | None]:
    """What is wrong with the current generation, and its manifest."""
    manifest, remedy = Manifest.load(folder), _remedy(folder)
    if manifest is None:
        return (list(_catalog(folder)) if (folder / CATALOG_FILE).exists() else []), None
    found = [*_catalog(folder), *_files(folder, manifest, remedy)]
    try:
        found += _kin(folder, manifest, remedy) if not found else []
        return found or list(islice(_contents(folder, manifest, remedy), _MOST)), manifest
    except IndexDamagedError as error:
        return [_of(error, folder)], manifest
    except FileNotFoundError as error:
        return [Finding(part=MANIFEST_FILE, problem=str(error), remedy=remedy)], manifest


def _remedy(folder: Path) -> str:
    return f"nearpaper rebuild --index {folder}"


def _catalog(folder: Path) -> Iterator[Finding]:
    """The source of truth: nothing that is made from it can mend it."""
    catalog = None
    try:
        catalog = Catalog(folder)
        problems = [] if catalog.is_blank else catalog.problems()
    except (IndexDamagedError, StorageError) as error:
        problems = [str(error)]
    finally:
        if catalog is not None:
            catalog.close()
    for problem in problems:
        yield Finding(part=CATALOG_FILE, problem=problem, remedy=_RESTORE)
    if problems:
        yield from _savable(folder)


def _savable(folder: Path) -> Iterator[Finding]:
    """How much of a damaged catalog can still be read, if any of it can."""
    with suppress(IndexDamagedError, StorageError):
        catalog, manifest = Catalog(folder, cut=True), Manifest.load(folder)
        try:
            if manifest is not None:
                blocks = salvaged(catalog, manifest.model.dimension)
                papers = sum(len(entries) for entries in blocks)
                problem = f"{papers:,} of {manifest.papers:,} papers can still be read"
                remedy = f"nearpaper backup --salvage TARGET --index {folder}"
                yield Finding(part=CATALOG_FILE, problem=problem, remedy=remedy)
        finally:
            catalog.close()


def _kin(folder: Path, manifest: Manifest, remedy: str) -> list[Finding]:
    """Whether the catalog is the one that the rest was made from."""
    catalog = Catalog(folder)
    try:
        require_same_index(folder, manifest, catalog)
    except IndexDamagedError as error:
        return [Finding(part=CATALOG_FILE, problem=str(error), remedy=remedy)]
    finally:
        catalog.close()
    return []


def _files(folder: Path, manifest: Manifest, remedy: str) -> Iterator[Finding]:
    for name, written in manifest.files.items():
        try:
            found = stamp(folder / name)
        except OSError as error:
            yield Finding(part=name, problem=error.strerror or str(error), remedy=remedy)
            continue
        if found != written:
            problem = f"not what was written: {found.bytes} bytes, was {written.bytes}"
            yield Finding(part=name, problem=problem, remedy=remedy)


def _contents(folder: Path, manifest: Manifest, remedy: str) -> Iterator[Finding]:
    """Compare row ids and vectors with the catalog's, block by block.

    The search indexes are what was written, or this isn't reached: where vectors differ it is the
    catalog that has changed.
    """
    generation, catalog = Generation(folder, manifest), Catalog(folder)
    try:
        live, words = 0, generation.lexicon.rows()
        ahead = catalog.last_change() > manifest.change
        for block in catalog.scan(after=0, change=manifest.change):
            live += len(block.rows)
            positions = generation.positions(block.rows)
            if (positions < 0).any():
                yield Finding(
                    part="columns", problem="other papers than the catalog", remedy=remedy
                )
                return
            if not np.isin(block.rows, words, assume_unique=True).all():
                yield Finding(part="lexicon", problem="lacks papers", remedy=remedy)
                return
            yield from _altered(block, generation, positions, folder, ahead=ahead)
        if live != manifest.papers or live != int(generation.live.sum()):
            problem = f"{manifest.papers} papers where the catalog has {live}"
            yield Finding(part="manifest.json", problem=problem, remedy=remedy)
    finally:
        catalog.close()


def _altered(
    block: Block, generation: Generation, positions: Positions, folder: Path, *, ahead: bool
) -> Iterator[Finding]:
    """In a catalog that is ahead of the search indexes, vectors may be those of another model."""
    for id, name in altered(block, generation, positions):
        part, command = CATALOG_FILE, "index SOURCE"
        if name == VECTOR:
            part, command = "vectors" if ahead else CATALOG_FILE, "rebuild --embed"
        yield Finding(
            part=part,
            problem=f"the {name} of {id} isn't what was written",
            remedy=f"nearpaper {command} --index {folder}",
        )


def _of(error: IndexDamagedError, folder: Path) -> Finding:
    """The finding of an error, which begins with the file that it speaks of."""
    part = str(error).split(":", 1)[0].removeprefix(f"{folder}/")
    remedy = _RESTORE if part == CATALOG_FILE else _remedy(folder)
    return Finding(part=part, problem=str(error), remedy=remedy)
