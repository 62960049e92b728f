"""Small jobs that keep an index in order: remove, rebuild, compact, info."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from typing import Any

from indexer.entries import Entry
from indexer.errors import ModelError, NotFoundError, UsageError
from indexer.local.presence import require_index
from indexer.local.snapshot import LocalSnapshot
from indexer.local.writer import LocalWriter
from indexer.location import Location, address_of, folder_of, using_store
from indexer.maintenance import on_cluster
from indexer.maintenance.reembed import reembed
from indexer.models.choice import Named
from indexer.models.embedder import Model
from indexer.models.precision import Precision
from indexer.papers.paper import normalise_id
from indexer.progress import Listener
from indexer.ray.options import RayOptions
from indexer.snapshot import Snapshot
from indexer.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What :func:`remove` did.

    Attributes:
        removed: Ids of the papers that were taken out.
        unknown: Ids that the index doesn't hold, as given.
        generation: That the index is at now.
    """

    removed: tuple[str, ...]
    unknown: tuple[str, ...]
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRemoval:
    """What :func:`remove_source` did.

    Attributes:
        removed: Papers that were taken out.
        kept: Papers that other sources tell of, too.
        generation: That the index is at now.
    """

    removed: int
    kept: int
    generation: int


_FOLDERS = "is neither in a folder nor on a cluster"
_SOURCE_BATCH = 1_000
"""Papers in one commit of :func:`remove_source`."""


def remove(location: Location, ids: Sequence[str]) -> Removal:
    """Take papers out of the index; what isn't there is listed, not an error.

    Raises:
        StorageError: There is no room to publish it; nothing is removed then.
    """
    with using_store(location) as store, store.writer() as writer:
        wanted = {_normalised(id): id for id in ids}
        known = writer.current(wanted)
        gone = tuple(dict.fromkeys(paper.id for paper in known.values()))
        local = writer if isinstance(writer, LocalWriter) and gone else None
        with local.removing(len(gone)) if local else nullcontext():
            if gone:
                writer.commit([], removed=gone)
            generation = writer.publish().generation
    return Removal(
        removed=gone,
        unknown=tuple(given for id, given in wanted.items() if id not in known),
        generation=generation,
    )


def remove_source(location: Location, name: str) -> SourceRemoval:
    """Take out what only one source told; papers of others, too, stay without that source.

    Stopped or killed, the same call continues.

    Raises:
        NotFoundError: No paper is from that source.
    """
    removed = kept = 0
    with using_store(location) as store, store.writer() as writer:
        while entries := writer.from_source(name, _SOURCE_BATCH):
            alone = [entry.paper.id for entry in entries if entry.paper.sources == (name,)]
            others = [_without(entry, name) for entry in entries if entry.paper.sources != (name,)]
            writer.commit(others, removed=alone)
            removed, kept = removed + len(alone), kept + len(others)
        if not removed + kept:
            writer.publish()
            snapshot = store.snapshot()
            named = ", ".join(snapshot.sources() if snapshot else ()) or "none"
            raise NotFoundError(f"{name}: no paper is from this source; there are {named}")
        generation = writer.publish().generation
    return SourceRemoval(removed=removed, kept=kept, generation=generation)


def _without(entry: Entry, source: str) -> Entry:
    sources = tuple(other for other in entry.paper.sources if other != source)
    return replace(entry, paper=replace(entry.paper, sources=sources))


def _normalised(id: str) -> str:
    try:
        return normalise_id(id)[0]
    except ValueError:
        return id


def rebuild(
    location: Location,
    *,
    embed: bool = False,
    model: Named | None = None,
    precision: Precision | None = None,
    ray: RayOptions | None = None,
    listener: Listener | None = None,
) -> int:
    """Rebuild the search indexes from the catalog; the new generation.

    On a cluster, all papers are written anew into another index behind the alias.

    Args:
        location: Where the index is.
        embed: Embed all papers again as well, which takes as long as the first time; without it
            no model is needed.
        model: With ``embed``: the model to bring the index to, by default its own.
        precision: With ``embed``: ``int8``, or ``auto`` to leave it; by default the index's own.
        ray: With ``embed``: do that on Ray, where this says.
        listener: Is told of the progress of embedding.
    """
    if embed:
        return reembed(location, model, precision, ray, listener)
    if model is not None or precision is not None:
        raise UsageError("another model, prompt or precision needs new vectors; add --embed")
    if ray is not None:
        raise UsageError("only embedding runs on Ray or a GPU; add --embed, or leave that out")
    if (address := address_of(location)) is not None:
        return on_cluster.rewrite(address, listener)
    folder = folder_of(location, _FOLDERS)
    require_index(folder)
    with LocalWriter(folder, rebuild=True, outdated=True) as writer:
        return writer.manifest.generation


def compact(location: Location) -> int:
    """Merge the small segment of a folder into the large one; the new generation.

    What had been removed by the last compaction is forgotten: no answer under way needs it. On a
    cluster, which merges by itself, what was removed is deleted from the segments.
    """
    if (address := address_of(location)) is not None:
        return on_cluster.purge(address)
    folder = folder_of(location, _FOLDERS)
    require_index(folder)
    with LocalWriter(folder, most=0) as writer:  # what is pending is merged with the rest, once
        about = writer.publish(merge=True)
        writer.catalog.purge(about.change)
        return about.generation


def info(location: Location) -> dict[str, Any]:
    """Model, recipe, counts in all and by source, sizes and generation, ready for JSON."""
    with using_store(location) as store:
        facts: dict[str, Any] = {"index": store.location, "papers": 0, "generation": 0}
        if (snapshot := _recovered(store)) is not None:
            about = snapshot.about
            facts |= {
                "papers": about.papers,
                "truncated": about.truncated,
                "generation": about.generation,
                **_of_folder(snapshot),
                "recipe": about.recipe,
                "model": asdict(about.model),
                "encoder": _encoder(store, about.model),
                "sources": snapshot.sources(),
            }
        if store.workspace is not None:
            files = (path for path in store.workspace.rglob("*") if path.is_file())
            facts["disk_bytes"] = sum(path.stat().st_size for path in files)
        return facts


def _recovered(store: Store) -> Snapshot | None:
    store.recover()
    return store.snapshot()


def _of_folder(snapshot: Snapshot) -> dict[str, Any]:
    """What only an index in a folder has."""
    if not isinstance(snapshot, LocalSnapshot):
        return {}
    manifest = snapshot.generation.manifest
    return {"format": manifest.format, "probing": asdict(manifest.probing)}


def _encoder(store: Store, model: Model) -> str:
    """What runs on this machine; its precision may be another than the vectors were made in."""
    try:
        here = store.embedder(model).model
    except ModelError as error:
        return f"none: {error}"
    return " ".join(filter(None, (here.runtime, here.precision, here.converted_sha256[:12])))
