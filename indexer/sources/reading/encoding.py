"""Text of any usual encoding and with any ends of lines as UTF-8 with line feeds, as it is read.

A byte order mark, or the declaration of an XML file, says how a text is encoded. Otherwise it is
UTF-8 as long as it can be; the first byte that can't be decides: the encoding is the one that makes
words of it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks; that of UTF-32 begins like UTF-16's."""
_DECLARED = re.compile(rb"""<\?xml[^<>]{1,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_HIGH = re.compile(rb"[\x80-\xff]+")
_PROBED = 1 << 12
"""Bytes by which UTF-16 without a mark is told."""
_SAMPLE = 20_000
"""Bytes of lines that aren't ASCII, from which an encoding is guessed."""

_CANDIDATES = (
    *("cp1252", "mac_roman", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256"),
    *("shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"),
)
_CLOSE_CHAOS, _CLOSE_COHERENCE = 0.02, 0.15
"""How far from the best guess a more usual encoding may be."""
SHOWN = {"cp1252": "Windows-1252", "mac_roman": "Mac Roman", "koi8_r": "KOI8-R"}
"""Names of encodings as people know them, where Python's isn't it."""


class Transcoder:
    """The text of an input as UTF-8.

    Args:
        chunks: Of the input, decompressed.
        head: The beginning of it, which ``chunks`` hold, too.

    Attributes:
        encoding: In which the text was found to be, as far as it was read; ``utf-8`` at first.
    """

    def __init__(self, chunks: Iterator[bytes], head: bytes) -> None:
        self.encoding = "utf-8"
        self._chunks = chunks
        self._mark = next(((mark, name) for mark, name in _MARKS if head.startswith(mark)), None)
        self._declared = _declared(head)
        self._wide = "" if self._mark else _wide(head)
        self._is_old_mac = b"\r" in head and b"\n" not in head

    def __iter__(self) -> Iterator[bytes]:
        chunks = self._decoded()
        first = next(chunks, b"")
        chunks = chain([first], chunks)
        return _with_line_feeds(chunks) if b"\r" in first and b"\n" not in first else chunks

    def _decoded(self) -> Iterator[bytes]:
        chunks = self._chunks
        if self._mark:
            mark, self.encoding = self._mark
            chunks = _without(chunks, len(mark))
            yield from chunks if self.encoding == "utf-8" else self._from(chunks)
        elif self._wide or self._declared:
            self.encoding = self._wide or self._declared
            yield from self._from(chunks)
        else:
            yield from self._guessed(chunks)

    def _from(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Decoded by what the encoding is known to be."""
        decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        start = True
        for chunk in chunks:
            data = decoder.decode(chunk).encode("utf-8", "replace")
            yield _redeclared(data) if start else data
            start = start and not data
        yield decoder.decode(b"", final=True).encode("utf-8", "replace")

    def _guessed(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """As it is while that is UTF-8; else from there on decoded by a guess."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        rest = b""
        for chunk in chunks:
            if not rest and chunk.isascii():
                yield chunk
                continue
            data = rest + chunk
            decoder.reset()
            try:
                decoder.decode(data)
                rest = decoder.getstate()[0]
            except UnicodeDecodeError:
                yield from self._unlike_utf8(data, chunks)
                return
            if not data[: len(data) - len(rest)].isascii():
                # UTF-8 without a doubt; damage further on costs its records alone.
                yield data
                yield from chunks
                return
            yield data[: len(data) - len(rest)]
        if rest:
            yield from self._unlike_utf8(rest, iter(()))

    def _unlike_utf8(self, data: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
        guess = guessed(data, is_old_mac=self._is_old_mac)
        if guess:
            self.encoding = guess
            yield from self._from(chain([data], chunks))
        else:
            yield data
            yield from chunks


def guessed(data: bytes, *, is_old_mac: bool = False) -> str:
    """The encoding of a text that isn't UTF-8; empty where it is, but for some damage, or binary.

    Args:
        data: Some of the text.
        is_old_mac: Its lines end as in files of old Macs.
    """
    valid, high = (sum(map(len, of.findall(data))) for of in (_MULTIBYTE, _HIGH))
    if 2 * valid >= high or b"\0" in data:
        return ""
    from charset_normalizer import from_bytes

    lines = (line for line in re.split(rb"[\r\n]", data) if not line.isascii())
    sample = b"\n".join(lines)[:_SAMPLE]
    found = list(from_bytes(sample, cp_isolation=list(_CANDIDATES)))
    if not found:
        return "cp1252"
    likely = {
        name
        for one in found
        if one.chaos <= found[0].chaos + _CLOSE_CHAOS
        and one.coherence >= found[0].coherence - _CLOSE_COHERENCE
        for name in one.could_be_from_charset
    }
    usual = ("mac_roman", "cp1252") if is_old_mac else _CANDIDATES
    return next((name for name in usual if name in likely), found[0].encoding)


def _declared(head: bytes) -> str:
    """What an XML file says of itself, if Python can read that and it isn't UTF-8."""
    match = _DECLARED.match(head.lstrip())
    try:
        name = codecs.lookup(match[1].decode("ascii")).name if match else "utf-8"
        "".encode(name)  # some codecs are none of text
    except (LookupError, UnicodeError):
        return ""
    return "" if name in ("utf-8", "ascii") or name.startswith(("utf-16", "utf-32")) else name


def _redeclared(data: bytes) -> bytes:
    """The beginning of an XML file, which says that it is UTF-8 now."""
    match = _DECLARED.match(data.lstrip())
    return data.replace(match[1], b"UTF-8", 1) if match else data


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: of the letters of most texts one byte is zero."""
    probe = head[:_PROBED]
    half = len(probe) // 2
    zeros = [probe[place::2].count(0) for place in (0, 1)]
    if half < 4 or max(zeros) < half // 3 or min(zeros) > half // 20:
        return ""
    return "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"


def _without(chunks: Iterator[bytes], count: int) -> Iterator[bytes]:
    """The chunks without their first ``count`` bytes."""
    for chunk in chunks:
        yield chunk[count:]
        count = max(0, count - len(chunk))


def _with_line_feeds(chunks: Iterable[bytes]) -> Iterator[bytes]:
    return (chunk.replace(b"\r", b"\n") for chunk in chunks)
