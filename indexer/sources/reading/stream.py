"""The bytes of an input, decompressed as they are read, in bounded memory."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO

import zstandard

CHUNK = 1 << 16
HEAD = 1 << 16
"""Bytes of decompressed content by which a format is guessed."""

_GZIP = b"\x1f\x8b"
_GZIP_WRAPPED = 16 + zlib.MAX_WBITS
_ZSTD = b"\x28\xb5\x2f\xfd"
_ZSTD_CHUNK = 512
"""Bytes of zstd taken at a time: as little as 4 of them can stand for a block of 128 KB, so that
a chunk can't grow beyond 16 MB."""
_ZSTD_WINDOW = 128 << 20
"""Bytes of memory that a zstd stream may ask for; the limit of the zstd command line too."""


class BrokenStreamError(Exception):
    """The input ends or fails before its proper end; the message says how."""


class Chunks(io.RawIOBase):
    """A file of the bytes that an iterator gives."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")
        self._given = 0

    def tell(self) -> int:
        """Bytes given so far."""
        return self._given

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fills what it can of ``buffer``; 0 at the end, as for any raw file."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        self._given += count
        return count


def buffered(chunks: Iterable[bytes]) -> BinaryIO:
    """A buffered file of the bytes that an iterator gives."""
    return io.BufferedReader(Chunks(chunks), CHUNK)


def decompressed(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The content of an input that is gzip, zstd or neither, by its first bytes.

    Raises:
        BrokenStreamError: While iterating, where the compressed data break off or are damaged.
    """
    start, chunks = take(chunks, len(_ZSTD))
    if start.startswith(_GZIP):
        return _gzip(chunks)
    if start.startswith(_ZSTD):
        return _zstd(chunks)
    return chunks


def take(chunks: Iterator[bytes], count: int) -> tuple[bytes, Iterator[bytes]]:
    """The first ``count`` bytes or more, fewer only at the end, and all chunks, these included.

    An error that comes behind some bytes is kept back until those have been read.
    """
    taken: list[bytes] = []
    size = 0
    try:
        for chunk in chunks:
            taken.append(chunk)
            size += len(chunk)
            if size >= count:
                break
    except BrokenStreamError as error:
        if not size:
            raise
        chunks = _failing(error)
    return b"".join(taken), chain(taken, chunks)


def _failing(error: BrokenStreamError) -> Iterator[bytes]:
    raise error
    yield b""


def _gzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Members one behind the other, as the gzip command writes them; zeros may pad them."""
    member, begun = None, False
    try:
        for chunk in chunks:
            data = chunk
            while data:
                if member is None:
                    data = data.lstrip(b"\0") if begun else data
                    member = zlib.decompressobj(_GZIP_WRAPPED) if data else None
                    begun = True
                    continue
                yield from _inflated(member, data)
                data = member.unused_data
                member = None if member.eof else member
    except zlib.error as error:
        raise BrokenStreamError(f"the gzip data are damaged ({error})") from None
    if member is not None:
        raise BrokenStreamError("the gzip data break off")


def _inflated(member: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    """What some bytes stand for, in pieces: a few may stand for many."""
    while True:
        out = member.decompress(data, CHUNK)
        if out:
            yield out
        data = member.unconsumed_tail
        if member.eof or (not data and len(out) < CHUNK):
            return


def _zstd(chunks: Iterator[bytes]) -> Iterator[bytes]:
    frame = None
    try:
        for piece in _pieces(chunks):
            while piece:
                if frame is None:
                    frame = _zstd_frame()
                yield frame.decompress(piece)
                piece = frame.unused_data
                if frame.eof:
                    frame = None
    except zstandard.ZstdError as error:
        raise BrokenStreamError(f"the zstd data are damaged ({error})") from None
    if frame is not None:
        raise BrokenStreamError("the zstd data break off")


def _zstd_frame() -> zstandard.ZstdDecompressionObj:
    return zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()


def _pieces(chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        for start in range(0, len(chunk), _ZSTD_CHUNK):
            yield chunk[start : start + _ZSTD_CHUNK]
