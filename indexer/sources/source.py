"""One input, opened: papers and rejects come out of it in the order in which they stand there."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from indexer.errors import SourceError, UsageError
from indexer.papers.paper import Paper
from indexer.progress import InputReport
from indexer.sources.detect import (
    BINARY,
    FORMATS,
    SECOND_HAND,
    SEEKING,
    TABLES,
    detect_format,
    detect_mark,
)
from indexer.sources.formats.tables.numbering import ROW, uncounted
from indexer.sources.items import Item, Reject, judge, known_fields
from indexer.sources.reading.encoding import SHOWN, Transcoder
from indexer.sources.reading.raw import Bad, Columns, Gone, Raw
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
ARCHIVES = {
    "huggingface": "huggingface-daily",
    **dict.fromkeys(("oai-pmh", "arxiv-atom", "arxiv-rss"), "arxiv"),
}
"""What papers of a format name as their source; else it is the name of the file."""

PIECE = 1 << 13
"""Bytes on disk that are counted at a time: compressed, they stand for several times as many."""
_TELLING = 200
"""Bytes of a record's text on average, from which on it is the whole of it, not a word or two."""
_SUFFIXES = frozenset(
    (
        *(".gz", ".gzip", ".zst", ".zstd", ".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt"),
        *(".xml", ".bib", ".ris", ".parquet", ".arrow", ".feather", ".nbib", ".enw", ".ciw"),
        *(".isi", ".rss", ".atom"),
    )
)


class Source:
    """Papers and rejects of one input, to be iterated once; closes itself at the end.

    Attributes:
        name: What papers name as their source.
        format: A key of :data:`~indexer.sources.detect.FORMATS`.
        second_hand: Whether it lists papers that others hold.
        size: Bytes on disk, ``None`` where that isn't known.
        report: How it was read so far.
        numbers: Of papers whose row had a number for an id, that number by the paper's id;
            whoever has no use for them needn't take them out.
    """

    def __init__(self, path: str, format: str | None, *, keep_numbers: bool = False) -> None:
        """Opens ``path``; see :func:`open_source`."""
        self._path = "stdin" if path == STDIN else path
        self._position = self._made = self._records = self._texts = 0
        self._ended = False
        self._transcoder: Transcoder | None = None
        self._file, self.size = _open(path)
        try:
            self.format, self._content = self._prepare(format)
        except BaseException:
            self.close()
            raise
        self.second_hand = self.format in SECOND_HAND
        self.report = InputReport(path=self._path, format=self.format)
        self.numbers: dict[str, str] = {}
        self._uncounted = self.format in TABLES and not keep_numbers
        self.name = ARCHIVES.get(self.format) or _stem(self._path)

    @property
    def position(self) -> int:
        """Bytes of the input read so far, as on disk: compressed where it is compressed."""
        if self._content is not self._file:
            # What was taken from the disk and not handed on yet isn't read.
            return round(self._position * self._read() / max(1, self._made))
        return (self.size or 0) if self._file.closed else self._file.tell()

    def _read(self) -> int:
        """Bytes of the content that the records so far take up.

        Some readers take in a piece before they give its first record, or the whole. Where the
        texts of the records tell how long these are, they tell better how far it is read.
        """
        taken = self._content.tell()
        whole = self._ended or self._texts < _TELLING * self._records
        return taken if whole else min(taken, self._texts)

    def __iter__(self) -> Iterator[Item]:
        """The records in order.

        Raises:
            SourceError: Nothing can be read, or not in this format.
        """
        line = 0
        items = FORMATS[self.format](self._content)
        try:
            for item in uncounted(items) if self._uncounted else items:
                line = item.line
                if isinstance(item, Columns):
                    self.report.used, self.report.unused = item.used, item.unused
                    continue
                self._records += 1
                self._texts += _size(item.text)
                judged = judge(item, source=self.name, path=self._path)
                self._note(item, judged)
                yield judged
            self._ended = True
        except SourceError as error:
            raise SourceError(f"{self._path}: {error}") from None
        except BrokenStreamError as error:
            if not line:
                raise SourceError(f"{self._path}: {error}; get it again") from None
            yield Reject(self._path, line + 1, f"{error}; the rest was not read", "")
        finally:
            self.report.encoding = self.encoding
            self.close()

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the input, except standard input, which isn't ours."""
        if self._path != "stdin":
            self._file.close()

    def _note(self, item: Raw | Bad | Gone, judged: Item) -> None:
        """Count an item."""
        report = self.report
        if isinstance(judged, Paper):
            report.papers += 1
            if not (judged.title and judged.abstract):
                self._note_gaps(judged)
            if self._uncounted and isinstance(item, Raw) and ROW in item.fields:
                report.numbered = True
                self.numbers[judged.id] = str(item.fields[ROW])
        elif isinstance(judged, Reject):
            report.rejected += 1
            report.reason = report.reason or judged.reason

    def _note_gaps(self, paper: Paper) -> None:
        report = self.report
        for name in report.without:
            if not getattr(paper, name):
                report.without[name] += 1
                if name not in report.examples:
                    report.examples[name] = known_fields(paper)

    def _prepare(self, format: str | None) -> tuple[str, BinaryIO]:
        try:
            return self._recognised(format)
        except BrokenStreamError as error:
            raise SourceError(f"{self._path}: {error}; get it again") from None

    def _recognised(self, format: str | None) -> tuple[str, BinaryIO]:
        head, chunks = take(decompressed(self._chunks()), HEAD)
        if not head.strip():
            raise SourceError(f"{self._path}: the file is empty")
        format = format or detect_mark(head)
        if format in BINARY:
            content = buffered(self._counted(chunks))
        else:
            self._transcoder = Transcoder(chunks, head)
            text, texts = take(iter(self._transcoder), HEAD)
            content = buffered(self._counted(texts))
            format = format or detect_format(text)
        if not format:
            raise SourceError(
                f"{self._path}: no papers recognised in it; "
                f"say what it is with --format ({', '.join(FORMATS)}); "
                f"it was read as {self.encoding or 'UTF-8'}"
            )
        if format in SEEKING and self._is_plain(head[:4]):
            return format, self._file
        return format, content

    def _counted(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The content, counted as it is handed on."""
        for chunk in chunks:
            self._made += len(chunk)
            yield chunk

    @property
    def encoding(self) -> str:
        """Of the text so far, as people know it; empty where that is UTF-8 or no text."""
        found = self._transcoder.encoding if self._transcoder else "utf-8"
        return "" if found == "utf-8" else SHOWN.get(found, found.upper())

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
                for start in range(0, len(chunk), PIECE):
                    piece = chunk[start : start + PIECE]
                    self._position += len(piece)
                    yield piece
        except OSError as error:
            raise BrokenStreamError(f"reading failed ({error.strerror})") from None


def _size(text: str | bytes) -> int:
    """Bytes of a text in UTF-8."""
    if isinstance(text, bytes) or text.isascii():
        return len(text)
    return len(text.encode("utf-8", "replace"))


def open_source(path: str, format: str | None = None, *, keep_numbers: bool = False) -> Source:
    """Opens an input; its content decides about compression, and about the format if not given.

    Args:
        path: Of a file, or ``-`` for standard input.
        format: A key of :data:`~indexer.sources.detect.FORMATS`.
        keep_numbers: Take ids of a table for what they are, also where they only count its rows.

    Raises:
        UsageError: There is no such format.
        SourceError: The input is missing, unreadable, empty, a folder, or not recognised.
    """
    if format is not None and format not in FORMATS:
        raise UsageError(f"unknown format '{format}'; choose one of {', '.join(FORMATS)}")
    return Source(path, format, keep_numbers=keep_numbers)


def _open(path: str) -> tuple[BinaryIO, int | None]:
    """The file and its size; raises ``SourceError`` when it can't be opened."""
    if path == STDIN:
        if sys.stdin is None:
            raise SourceError("standard input is closed; name a file")
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
