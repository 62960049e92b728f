"""What keeps an index in order: remove, rebuild, compact, check, info."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What :func:`remove` did."""

    removed: tuple[str, ...]
    unknown: tuple[str, ...]
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong with an index, and the command that mends it ("" if none does)."""

    part: str
    problem: str
    remedy: str


def remove(folder: Path, ids: Sequence[str]) -> Removal:
    """Take papers out of the index; what isn't there is listed, not an error."""
    raise NotImplementedError


def rebuild(folder: Path) -> int:
    """Make the derived parts anew from the catalog, without the model; the new generation."""
    raise NotImplementedError


def compact(folder: Path) -> int:
    """Fold the tail into the base and drop what was removed; the new generation."""
    raise NotImplementedError


def check(folder: Path) -> list[Finding]:
    """Compare every part with what was written and with the catalog; empty when clean."""
    raise NotImplementedError


def info(folder: Path) -> dict[str, Any]:
    """Model, recipe, counts, sizes and generation, ready for JSON."""
    raise NotImplementedError
