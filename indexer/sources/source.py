"""One input, opened: papers and rejects come out of it in the order in which they stand there."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from indexer.errors import SourceError, UsageError
from indexer.papers.paper import Paper, make_paper, normalise_id
from indexer.sources.detect import FORMATS, SECOND_HAND, SEEKING, detect_format
from indexer.sources.reading.raw import Bad, Gone, Raw, excerpt
from indexer.sources.reading.stream import (
    CHUNK,
    HEAD,
    BrokenStreamError,
    buffered,
    decompressed,
    take,
)

STDIN = "-"
"""The path that stands for standard input."""
ARCHIVES = {"huggingface": "huggingface-daily", "oai-pmh": "arxiv", "arxiv-atom": "arxiv"}
"""What papers of a format name as their source; else it is the name of the file."""

_BOM = b"\xef\xbb\xbf"
_SUFFIXES = frozenset(
    (
        *(".gz", ".gzip", ".zst", ".zstd", ".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt"),
        *(".xml", ".bib", ".ris", ".parquet", ".arrow", ".feather"),
    )
)


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that didn't become a paper.

    Attributes:
        source: Path of the input as it was given, or ``stdin``.
        line: On which the record begins, from 1.
        reason: Why it was rejected.
        record: The first 500 characters of it.
    """

    source: str
    line: int
    reason: str
    record: str


@dataclass(frozen=True, slots=True)
class Removal:
    """Word of an archive that a paper was taken out of it.

    Attributes:
        id: Of the paper, normalised.
    """

    id: str


Item = Paper | Removal | Reject
"""What a record of an input can turn out to be."""


class Source:
    """Papers and rejects of one input, to be iterated once; closes itself at the end.

    Attributes:
        name: What papers name as their source.
        format: A key of :data:`~indexer.sources.detect.FORMATS`.
        second_hand: Whether it lists papers that others hold.
        size: Bytes on disk, ``None`` where that isn't known.
    """

    def __init__(self, path: str, format: str | None) -> None:
        """Opens ``path``; see :func:`open_source`."""
        self._path = "stdin" if path == STDIN else path
        self._position = 0
        self._file, self.size = _open(path)
        try:
            self.format, self._content = self._prepare(format)
        except BaseException:
            self.close()
            raise
        self.second_hand = self.format in SECOND_HAND
        self.name = ARCHIVES.get(self.format) or _stem(self._path)

    @property
    def position(self) -> int:
        """Bytes of the input read so far, as on disk: compressed where it is compressed."""
        if self._content is not self._file:
            return self._position
        return (self.size or 0) if self._file.closed else self._file.tell()

    def __iter__(self) -> Iterator[Item]:
        """The records in order.

        Raises:
            SourceError: Nothing can be read, or not in this format.
        """
        line = 0
        try:
            for item in FORMATS[self.format](self._content):
                line = item.line
                yield judge(item, source=self.name, path=self._path)
        except SourceError as error:
            raise SourceError(f"{self._path}: {error}") from None
        except BrokenStreamError as error:
            if not line:
                raise SourceError(f"{self._path}: {error}; get it again") from None
            yield Reject(self._path, line + 1, f"{error}; the rest was not read", "")
        finally:
            self.close()

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the input, except standard input, which isn't ours."""
        if self._path != "stdin":
            self._file.close()

    def _prepare(self, format: str | None) -> tuple[str, BinaryIO]:
        try:
            head, chunks = take(decompressed(self._chunks()), HEAD)
        except BrokenStreamError as error:
            raise SourceError(f"{self._path}: {error}; get it again") from None
        if not head.strip():
            raise SourceError(f"{self._path}: the file is empty")
        content = buffered(chunks)
        if head.startswith(_BOM):
            content.read(len(_BOM))
        format = format or detect_format(head.removeprefix(_BOM))
        if not format:
            raise SourceError(
                f"{self._path}: no papers recognised in it; "
                f"say what it is with --format ({', '.join(FORMATS)})"
            )
        if format in SEEKING and self._is_plain(head[:4]):
            return format, self._file
        return format, content

    def _is_plain(self, mark: bytes) -> bool:
        """Whether this is a file on disk, uncompressed; leaves it at its beginning."""
        if self.size is None:
            return False
        self._file.seek(0)
        found = self._file.read(len(mark))
        self._file.seek(0)
        return found == mark

    def _chunks(self) -> Iterator[bytes]:
        """The bytes on disk, counted."""
        try:
            while chunk := self._file.read(CHUNK):
                self._position += len(chunk)
                yield chunk
        except OSError as error:
            raise BrokenStreamError(f"reading failed ({error.strerror})") from None


def judge(item: Raw | Bad | Gone, *, source: str, path: str) -> Item:
    """What a record is: a paper, word of one that is gone, or nothing that can be taken.

    Args:
        item: As a reader gave it.
        source: What the paper names as its source.
        path: Of the input, for a reject.
    """
    if isinstance(item, Bad):
        reason = item.reason
    else:
        try:
            if isinstance(item, Gone):
                return Removal(normalise_id(item.id)[0])
            return make_paper(item.fields, source=source)
        except ValueError as error:
            reason = str(error)
    return Reject(path, item.line, reason, excerpt(item.text))


def open_source(path: str, format: str | None = None) -> Source:
    """Opens an input; its content decides about compression, and about the format if not given.

    Args:
        path: Of a file, or ``-`` for standard input.
        format: A key of :data:`~indexer.sources.detect.FORMATS`.

    Raises:
        UsageError: There is no such format.
        SourceError: The input is missing, unreadable, empty, a folder, or not recognised.
    """
    if format is not None and format not in FORMATS:
        raise UsageError(f"unknown format '{format}'; choose one of {', '.join(FORMATS)}")
    return Source(path, format)


def _open(path: str) -> tuple[BinaryIO, int | None]:
    """The file and its size; raises ``SourceError`` when it can't be opened."""
    if path == STDIN:
        return sys.stdin.buffer, None
    try:
        status = Path(path).stat()
        if stat.S_ISDIR(status.st_mode):
            raise SourceError(f"{path}: this is a folder; name the files in it")
        size = status.st_size if stat.S_ISREG(status.st_mode) else None
        return Path(path).open("rb"), size
    except FileNotFoundError:
        raise SourceError(f"{path}: there is no such file") from None
    except OSError as error:
        raise SourceError(f"{path}: can't be opened ({error.strerror})") from None
    except ValueError:
        raise SourceError("the path holds a character that no file's name can have") from None


def _stem(path: str) -> str:
    """The file's name without the endings that tell its format."""
    name = Path(path)
    while name.suffix.lower() in _SUFFIXES and name.stem:
        name = name.with_suffix("")
    return name.name.encode("utf-8", "replace").decode() or "unnamed"
