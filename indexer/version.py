"""Which nearpaper this is."""

from __future__ import annotations

from importlib import metadata


def version() -> str:
    """The installed version, or ``unknown`` when run from a checkout that isn't installed."""
    try:
        return metadata.version("nearpaper")
    except metadata.PackageNotFoundError:
        return "unknown"
