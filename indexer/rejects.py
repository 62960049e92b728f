"""Where records that aren't papers go, each with its reason: JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import TextIO

from indexer.errors import UsageError, storage_error
from indexer.sources import Reject

MAX_BYTES = 10 << 20
"""Of the file, some 20,000 rejects: a small input that is no papers may hold millions of them."""
_ERRORS = "backslashreplace"
"""Half a letter, as JSON can write it, is no UTF-8."""


def require_no_input(path: Path, inputs: Iterable[Path]) -> None:
    """Raise ``UsageError`` where the rejects would be written over what is read."""
    for each in inputs:
        if path.exists() and each.exists() and path.samefile(each):
            raise UsageError(f"{each}: the rejects would be written over it; copy it elsewhere")


class RejectsFile:
    """Comes into being with the first reject; the file of an earlier run goes away.

    Without a path nothing is written. Behind :data:`MAX_BYTES` rejects are counted alone, and the
    last line says how many.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIO | None = None
        self._bytes = self._unlisted = 0
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
                self._file = self._path.open("w", encoding="utf-8", errors=_ERRORS)
            for reject in rejects:
                self._list(reject, self._file)
            self._file.flush()
        except OSError as error:
            raise storage_error(error, self._path) from error
        return self._path

    def _list(self, reject: Reject, file: TextIO) -> None:
        line = _line(reject)
        size = len(line.encode(errors=_ERRORS))
        if self._unlisted or self._bytes + size > MAX_BYTES:
            self._unlisted += 1
            return
        self._bytes += size
        file.write(line)

    def __enter__(self) -> RejectsFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is None or self._path is None:
            return
        try:
            with self._file:
                if self._unlisted:
                    reason = f"{self._unlisted:,} more rejects aren't listed"
                    self._file.write(_line(Reject("", 0, reason, "")))
        except OSError as failure:
            raise storage_error(failure, self._path) from failure


def _line(reject: Reject) -> str:
    return json.dumps(asdict(reject), ensure_ascii=False) + "\n"
