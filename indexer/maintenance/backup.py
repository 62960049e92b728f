"""A consistent copy of an index, while others may be writing to it: backup, and restore.

The files of a generation are copied first, then the catalog as of one moment; the copy is checked
as a whole and only then gets its name, by one rename. What a killed run leaves behind stands beside
the target as ``NAME.partial``, and the next run takes it away.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.errors import IndexBusyError, IndexDamagedError, IndexNotFoundError
from indexer.files import stamp, sync_folder
from indexer.local.catalog.catalog import Catalog
from indexer.local.index_model import copy_kept
from indexer.local.integrity import readable_manifest
from indexer.local.partial import empty, partial_folder, require_apart, require_free, take_name
from indexer.local.presence import require_index
from indexer.local.recovery import recover
from indexer.local.segments.manifest import Manifest
from indexer.local.segments.publisher import FOLDERS
from indexer.local.writer import LocalWriter
from indexer.location import Location, folder_of
from indexer.maintenance.check import check
from indexer.maintenance.salvage import salvage

_ELSEWHERE = (
    "backup and restore copy folders; for a cluster use a snapshot repository of OpenSearch, see "
    "docs/scale.md"
)
_TRIES = 5  # generations that may come and go while one is being copied
_PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What :func:`backup` or :func:`restore` made.

    Attributes:
        papers: Live papers of the copy.
        generation: That it is at.
        bytes: What its files take up.
        lost: Papers of the source that could not be read; always 0 without ``salvage_damaged``.
        rebuilt: The search indexes of the source weren't what was written, or changed too fast, so
            that those of the copy were rebuilt from the catalog.
    """

    papers: int
    generation: int
    bytes: int
    lost: int
    rebuilt: bool


def backup(location: Location, target: Location, *, salvage_damaged: bool = False) -> Copied:
    """Copy an index to a folder that isn't there yet, or is empty.

    Args:
        location: Where the index is; only a folder can be copied.
        target: The folder that the copy goes to.
        salvage_damaged: Of a damaged catalog, copy the papers that can still be read.

    Raises:
        IndexDamagedError: The catalog can't be copied whole, or nothing of it can be read; nothing
            is left in the target then.
    """
    folder, target = folder_of(location, _ELSEWHERE), folder_of(target, _ELSEWHERE)
    require_index(folder)
    require_apart(folder, target)
    require_free(target)
    with suppress(IndexDamagedError):  # of a search index, or the copy's own check will tell
        recover(folder)
    with _partial(target) as partial:
        if salvage_damaged:
            salvage(folder, partial)
        rebuilt = salvage_damaged or not _copy_whole(folder, partial)
        copy_kept(folder, partial)
        if rebuilt:
            LocalWriter(partial, rebuild=True, outdated=True).close()
        copied = _verified(folder, partial, rebuilt=rebuilt, salvaged=salvage_damaged)
        take_name(partial, target)
    return copied


def restore(source: Location, location: Location) -> Copied:
    """Make a folder with an index from a backup; an index that is there is never touched."""
    source, folder = folder_of(source, _ELSEWHERE), folder_of(location, _ELSEWHERE)
    try:
        require_index(source)
    except IndexNotFoundError:
        raise IndexNotFoundError(
            f"{source}: no backup there; name the folder that `nearpaper backup` made"
        ) from None
    return backup(source, folder)


@contextmanager
def _partial(target: Path) -> Iterator[Path]:
    """A folder beside the target to copy into; it goes away again if the copy fails."""
    with partial_folder(target) as partial:
        try:
            empty(partial)
            yield partial
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def _copy_whole(folder: Path, partial: Path) -> bool:
    """Copy everything; ``False`` if only the catalog could be had as it was written."""
    for attempt in range(_TRIES):
        time.sleep(_PAUSE_SECONDS if attempt else 0)
        manifest = readable_manifest(folder)
        fits = manifest is not None and _copy_files(folder, partial, manifest)
        compacted = _copy_catalog(folder, partial)
        if manifest is None and readable_manifest(folder) is None:
            break
        # What a later compaction forgot could not be told from what is live.
        if fits and manifest is not None and compacted <= manifest.base_change:
            files = {name: stamp(partial / name) for name in manifest.files}
            replace(manifest, files=files).save(partial)
            return True
    for name in FOLDERS:
        shutil.rmtree(partial / name, ignore_errors=True)
    return False


def _copy_files(folder: Path, partial: Path, manifest: Manifest) -> bool:
    """Copy the files of a generation; whether they are what was written.

    What an earlier try copied stands, if it is of this generation as well.
    """
    for name, written in manifest.files.items():
        copy = partial / name
        try:
            copy.parent.mkdir(parents=True, exist_ok=True)
            if not copy.exists() or stamp(copy) != written:
                shutil.copyfile(folder / name, copy)
            if stamp(copy) != written:
                return False
        except FileNotFoundError:
            return False
    for path in {(partial / name).parent for name in manifest.files}:
        sync_folder(path)
    return True


def _copy_catalog(folder: Path, partial: Path) -> int:
    """Copy the catalog as of this moment; the change up to which it forgot what had died."""
    catalog = Catalog(folder)
    try:
        return catalog.copy_to(partial)
    finally:
        catalog.close()


def _verified(folder: Path, partial: Path, *, rebuilt: bool, salvaged: bool) -> Copied:
    """The copy, which is checked like any index, and brought up to its catalog."""
    try:
        findings = check(partial)
    except IndexBusyError as error:  # nobody else is at work there
        raise IndexDamagedError(str(error)) from error
    if findings:
        first = findings[0]
        raise IndexDamagedError(
            f"{folder}: not copied, {first.part} isn't whole ({first.problem}); "
            f"run `nearpaper check --index {folder}`"
        )
    manifest, source = Manifest.load(partial), readable_manifest(folder)
    papers = manifest.papers if manifest else 0
    files = [path for path in partial.rglob("*") if path.is_file() and path.suffix != ".lock"]
    return Copied(
        papers=papers,
        generation=manifest.generation if manifest else 0,
        bytes=sum(path.stat().st_size for path in files),
        lost=max(0, source.papers - papers) if source and salvaged else 0,
        rebuilt=rebuilt,
    )
