"""Bringing the search indexes up to the catalog: a new generation, published by one rename.

New papers go to the tail, which is small; when it has grown, it is merged into the base. Files of
older generations are unlinked at once: readers that have them mapped keep them until they close.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path

from indexer.analysis import TOKENS
from indexer.errors import NearpaperError, StorageError, storage_error
from indexer.files import FileStamp, stamp, sync_folder
from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.staged_vectors import embedded_again
from indexer.local.segments.columns import Columns
from indexer.local.segments.generation import column_file, lexicon_folder, vector_file
from indexer.local.segments.lexicon import Lexicon, is_rewritten, lexicon_files
from indexer.local.segments.lexicon_writer import LexiconWriter
from indexer.local.segments.manifest import Manifest
from indexer.local.segments.segment_writer import write_base, write_tail
from indexer.models.embedder import Model

TAIL_ROWS = 10_000
"""A tail of this size costs some 2 ms a query; merging costs seconds in a large index."""
TAIL_SHARE = 0.02
"""A large base tolerates a larger tail, so that merging stays rare."""
DEAD_SHARE = 0.2
"""Of the base's papers; more of them waste time and memory in every query."""

QUICK = 10_000
"""Versions of papers that are gone through in a second or a few: so much a reader publishes."""

FOLDERS = ("vectors", "columns", "lexicon")


def publish(
    folder: Path,
    catalog: Catalog,
    old: Manifest | None,
    *,
    model: Model,
    recipe: str,
    merge: bool = False,
) -> Manifest:
    """Make what the catalog holds searchable; returns ``old`` when nothing has changed."""
    change = catalog.last_change()
    if old and _is_stale(catalog, old, model, recipe):
        merge = True
    if old and old.change == change and old.tokens == TOKENS and not merge:
        return old
    try:
        catalog.database.require_in_place()
        manifest = _make(folder, catalog, old, change, model, recipe, merge=merge)
        catalog.database.require_in_place()  # or another index would get this manifest
        manifest.save(folder)
    except (OSError, StorageError) as error:
        with suppress(NearpaperError, OSError):
            # The new manifest may have its name already, and only not be on the disk for sure.
            if (named := Manifest.load(folder)) is not None:
                sweep(folder, named)
        raise storage_error(error, folder) if isinstance(error, OSError) else error from error
    sweep(folder, manifest)
    return manifest


def outlay(folder: Path, catalog: Catalog, manifest: Manifest, model: Model, recipe: str) -> int:
    """How many versions publishing what is pending would go through: those, or with a merge all.

    All as well where the words of the lexicon are of an older version.
    """
    change = catalog.last_change()
    if change == manifest.change and manifest.tokens == TOKENS:
        return 0
    try:
        if (
            manifest.tokens != TOKENS
            or _is_stale(catalog, manifest, model, recipe)
            or _is_due(folder, catalog, manifest, change)
            or _has_rotted(folder, catalog, manifest, change, catalog.count())
        ):
            return catalog.last_row()
    except OSError as error:
        raise storage_error(error, folder) from error
    return _written_since(catalog, manifest)


def _make(
    folder: Path,
    catalog: Catalog,
    old: Manifest | None,
    change: int,
    model: Model,
    recipe: str,
    *,
    merge: bool,
) -> Manifest:
    """Write the files of a new generation, and describe it."""
    for name in FOLDERS:
        (folder / name).mkdir(exist_ok=True)
    generation = _next_generation(folder, old)
    if old is None or merge or _is_due(folder, catalog, old, change):
        base, base_change, last = f"base-{generation:08d}", change, None
        taken = None if merge else old
        probing = write_base(folder, base, catalog, change, model.dimension, old=taken)
    else:
        base, base_change, last, probing = old.base, old.base_change, old, old.probing
    tail = f"tail-{generation:08d}"
    held = Columns(column_file(folder, base))
    added, dead = write_tail(
        folder, tail, catalog, change, model.dimension, base=held, since=base_change, old=last
    )
    papers = len(held) - len(dead) + len(added)
    renew = (
        old is None
        or merge
        or old.tokens != TOKENS
        or _has_rotted(folder, catalog, old, change, papers)
    )
    lexicon = f"{generation:08d}" if old is None or renew else old.lexicon
    if old is None or renew:
        # A killed run may have left a folder of that name, whole or not.
        shutil.rmtree(lexicon_folder(folder, lexicon), ignore_errors=True)
    _extend_lexicon(lexicon_folder(folder, lexicon), catalog, change)
    return Manifest(
        generation=generation,
        change=change,
        base_change=base_change,
        model=model,
        recipe=recipe,
        papers=papers,
        truncated=int(held.truncated.sum() - held.truncated[dead].sum() + added.truncated.sum()),
        base=base,
        tail=tail,
        lexicon=lexicon,
        probing=probing,
        files=_stamps(folder, old, (base, tail), lexicon),
        identity=catalog.meta("identity") or "",
        tokens=TOKENS,
    )


def _is_stale(catalog: Catalog, old: Manifest, model: Model, recipe: str) -> bool:
    """Whether none of the old vectors can stay: all papers were embedded again since."""
    again = embedded_again(catalog) > old.base_change
    return again or (old.model, old.recipe) != (model, recipe)


def _next_generation(folder: Path, old: Manifest | None) -> int:
    """One more than any that was ever published here, even where the manifest is lost."""
    if old:
        return old.generation + 1
    written = (path for name in FOLDERS for path in (folder / name).glob("*"))
    numbers = (re.search(r"\d+", path.name) for path in written)
    return 1 + max((int(number[0]) for number in numbers if number), default=0)


def _is_due(folder: Path, catalog: Catalog, old: Manifest, change: int) -> bool:
    """Whether the tail has grown, or the base has rotted, enough to be merged, or lacks a part."""
    base = Columns(column_file(folder, old.base))
    added = len(Columns(column_file(folder, old.tail))) + _written_since(catalog, old)
    dead = len(catalog.died(since=old.base_change, change=change, upto_row=base.last_row))
    if base.glossary is None:
        return True
    return added > max(TAIL_ROWS, TAIL_SHARE * len(base)) or dead > DEAD_SHARE * len(base)


def _written_since(catalog: Catalog, old: Manifest) -> int:
    """How many versions of papers were written since a generation, live or not."""
    return catalog.last_row() - catalog.first_row_after(old.change) + 1


def _has_rotted(folder: Path, catalog: Catalog, old: Manifest, change: int, papers: int) -> bool:
    """Whether too much of the lexicon would be of papers that died.

    Of what it will hold, whether a killed run has put that there already or not: dead papers count
    in its scores, so the same changes must always lead to the same lexicon.
    """
    lexicon = Lexicon(lexicon_folder(folder, old.lexicon))
    held = len(lexicon) + catalog.live_after(lexicon.last_row, change)
    return held - papers > DEAD_SHARE * held


def _extend_lexicon(folder: Path, catalog: Catalog, change: int) -> None:
    """Add what came since the lexicon's own last row, be it ahead of the last generation's."""
    with closing(LexiconWriter(folder)) as writer:
        for block in catalog.scan(after=writer.last_row, change=change):
            writer.add(block)
        writer.commit()


def _stamps(
    folder: Path, old: Manifest | None, segments: Iterable[str], lexicon: str
) -> dict[str, FileStamp]:
    """What stands in the files of a generation; on return they and their folders are durable."""
    known = old.files if old else {}
    paths = [file(folder, name) for name in segments for file in (vector_file, column_file)]
    paths += lexicon_files(lexicon_folder(folder, lexicon))
    names = [str(path.relative_to(folder)) for path in paths]
    stamps = {
        name: stamp(folder / name) if name not in known or is_rewritten(name) else known[name]
        for name in names
    }
    for path in {path.parent for path in paths} | {folder, *(folder / name for name in FOLDERS)}:
        sync_folder(path)
    return stamps


def sweep(folder: Path, manifest: Manifest) -> None:
    """Unlink the files of other generations."""
    named = {folder / name for name in manifest.files}
    for name in ("vectors", "columns"):
        for path in (folder / name).iterdir():
            if path not in named:
                path.unlink(missing_ok=True)
    for path in (folder / "lexicon").iterdir():
        if path.name != manifest.lexicon:
            shutil.rmtree(path, ignore_errors=True)
