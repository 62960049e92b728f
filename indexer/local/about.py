"""What a manifest says of an index, as a snapshot says it."""

from __future__ import annotations

from pathlib import Path

from indexer.local.segments.columns import Columns
from indexer.local.segments.generation import column_file
from indexer.local.segments.manifest import Manifest
from indexer.snapshot import About


def about_of(manifest: Manifest, identity: str, nearness: float) -> About:
    """Of a generation of an index of that identity, which older manifests don't name."""
    return About(
        identity=identity,
        fingerprint=manifest.fingerprint(),
        generation=manifest.generation,
        change=manifest.change,
        papers=manifest.papers,
        truncated=manifest.truncated,
        model=manifest.model,
        recipe=manifest.recipe,
        nearness=nearness,
    )


def about_published(folder: Path, manifest: Manifest, identity: str) -> About:
    """Of a generation that was just written."""
    segments = [Columns(column_file(folder, name)) for name in (manifest.base, manifest.tail)]
    return about_of(manifest, identity, max(segments, key=len).nearness)
