"""Where records that aren't papers go, each with its reason: JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import TextIO

from indexer.errors import storage_error
from indexer.sources import Reject


class RejectsFile:
    """Comes into being with the first reject; the file of an earlier run goes away.

    Without a path nothing is written.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIO | None = None
        try:
            if path is not None:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(error, path) from error

    def write(self, rejects: Iterable[Reject]) -> Path | None:
        """Append rejects; the path of the file."""
        if self._path is None:
            return None
        try:
            if self._file is None:
                self._file = self._path.open("w", encoding="utf-8", errors="backslashreplace")
            for reject in rejects:
                self._file.write(json.dumps(asdict(reject), ensure_ascii=False) + "\n")
            self._file.flush()
        except OSError as error:
            raise storage_error(error, self._path) from error
        return self._path

    def __enter__(self) -> RejectsFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()
