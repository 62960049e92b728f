"""What keeps an index in order: remove, rebuild, compact, check, info, backup, restore."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from indexer.errors import ModelError, NotFoundError, UsageError
from indexer.local.catalog.provenance import of_source, source_counts
from indexer.local.catalog.rows import Entry
from indexer.local.location import require_index
from indexer.local.matching import load_matching
from indexer.local.reader import Reader
from indexer.local.writer import Writer
from indexer.maintenance.backup import Copied, backup, restore
from indexer.maintenance.check import Finding, check
from indexer.maintenance.reembed import reembed
from indexer.models.embedder import Model
from indexer.models.precision import Precision
from indexer.papers.paper import normalise_id
from indexer.progress import Listener

__all__ = [
    "Copied",
    "Finding",
    "Removal",
    "backup",
    "check",
    "compact",
    "info",
    "rebuild",
    "remove",
    "restore",
]


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


_SOURCE_BATCH = 1_000
"""Papers in one commit of :func:`remove_source`."""


def remove(folder: Path, ids: Sequence[str]) -> Removal:
    """Take papers out of the index; what isn't there is listed, not an error."""
    require_index(folder)
    with Writer(folder) as writer:
        wanted = {_normalised(id): id for id in ids}
        known = writer.catalog.current(wanted)
        gone = tuple(dict.fromkeys(paper.id for paper in known.values()))
        if gone:
            writer.commit([], removed=gone)
        generation = writer.publish().generation
    return Removal(
        removed=gone,
        unknown=tuple(given for id, given in wanted.items() if id not in known),
        generation=generation,
    )


def remove_source(folder: Path, name: str) -> SourceRemoval:
    """Take out what only one source told; papers of others, too, stay without that source.

    Stopped or killed, the same call continues.

    Raises:
        NotFoundError: No paper is from that source.
    """
    require_index(folder)
    removed = kept = 0
    with Writer(folder) as writer:
        while entries := of_source(writer.catalog, name, _SOURCE_BATCH):
            alone = [entry.paper.id for entry in entries if entry.paper.sources == (name,)]
            others = [_without(entry, name) for entry in entries if entry.paper.sources != (name,)]
            writer.commit(others, removed=alone)
            removed, kept = removed + len(alone), kept + len(others)
        if not removed + kept:
            named = ", ".join(source_counts(writer.catalog)) or "none"
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
    folder: Path,
    *,
    embed: bool = False,
    model: str | None = None,
    precision: Precision | None = None,
    listener: Listener | None = None,
) -> int:
    """Make the derived parts anew from the catalog; the new generation.

    Args:
        folder: Where the index is.
        embed: Make the vectors anew as well, which takes as long as the first time; without it
            no model is needed.
        model: With ``embed``: the model to bring the index to, by default its own.
        precision: With ``embed``: ``int8``, or ``auto`` to leave it; by default the index's own.
        listener: Is told of the progress of embedding.
    """
    require_index(folder)
    if embed:
        return reembed(folder, model, precision, listener)
    if model is not None or precision is not None:
        raise UsageError("another model or precision needs new vectors; add --embed")
    with Writer(folder, derive=True, outdated=True) as writer:
        return writer.manifest.generation


def compact(folder: Path) -> int:
    """Fold the tail into the base; the new generation.

    What had been removed by the last compaction is forgotten: no answer under way needs it.
    """
    require_index(folder)
    with Writer(folder, most=0) as writer:  # what is pending is folded with the rest, once
        manifest = writer.publish(fold=True)
        writer.catalog.purge(manifest.change)
        return manifest.generation


def info(folder: Path) -> dict[str, Any]:
    """Model, recipe, counts in all and by source, sizes and generation, ready for JSON."""
    reader = Reader(folder)
    try:
        generation = reader.generation()
        facts: dict[str, Any] = {"index": str(folder), "papers": 0, "generation": 0}
        if generation is not None:
            manifest = generation.manifest
            facts |= {
                "papers": manifest.papers,
                "truncated": manifest.truncated,
                "generation": manifest.generation,
                "format": manifest.format,
                "recipe": manifest.recipe,
                "model": asdict(manifest.model),
                "probing": asdict(manifest.probing),
                "encoder": _encoder(folder, manifest.model),
                "sources": source_counts(reader.catalog),
            }
        facts["disk_bytes"] = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
        return facts
    finally:
        reader.close()


def _encoder(folder: Path, model: Model) -> str:
    """What runs on this machine; its precision may be another than the vectors were made in."""
    try:
        here = load_matching(folder, model).model
    except ModelError as error:
        return f"none: {error}"
    return " ".join(filter(None, (here.runtime, here.precision, here.converted_sha256[:12])))
