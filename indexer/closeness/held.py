"""Which words of a question each of some papers holds.

To make stems of all the words of ten papers would take longer than any other part of an answer. So
each piece of text between spaces is looked at once for all papers, and left alone where its first
letters tell that it is another word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence

LETTERS = 3
"""Letters of a word that tell it from most others. Its stem has them, if it is longer than that."""
_CHANGING = {"ske": "sce", "gra": "gre", "mol": "mou"}
"""By the first letters of an American word, those of the British one, if they are others."""
_RUN = re.compile(rb"[a-z0-9]+")
_WITHIN = frozenset(b"-+#")
"""Signs that can be part of a word; all others of ASCII part words as spaces do."""
_READ = bytes(
    byte if byte > 127 or byte in _WITHIN or chr(byte).isalnum() else ord(" ")
    for byte in range(256)
).lower()
"""For each byte of UTF-8 what is read in its place."""


def held(
    texts: Sequence[str], stems: Collection[str], stems_of: Callable[[str], Iterable[str]]
) -> list[set[str]]:
    """For each text, those of some stems that its words have.

    Args:
        texts: Of the papers.
        stems: Of the question.
        stems_of: Gives those of a piece of text without spaces.
    """
    first, wanted = beginnings(stems), frozenset(stems)
    # Of bytes, unlike letters, `isalpha` knows ASCII alone, and lower case costs no call.
    pieces = [frozenset(text.encode(errors="replace").translate(_READ).split()) for text in texts]
    kept = [
        piece
        for piece in frozenset().union(*pieces)
        if piece[:LETTERS] in first
        or piece[:2] in first
        or (not piece.isalpha() and _may_hold(piece, first))
    ]
    read = ((piece, wanted.intersection(stems_of(piece.decode()))) for piece in kept)
    found = {piece: same for piece, same in read if same}
    return [set().union(*(found[piece] for piece in each.intersection(found))) for each in pieces]


def beginnings(stems: Iterable[str]) -> frozenset[bytes]:
    """The first two or three letters, in lower case, of plain words that may have these stems."""
    return frozenset(first.encode() for stem in stems for first in _beginnings(stem))


def _beginnings(stem: str) -> set[str]:
    """Of a short stem, its word may not have all letters: the stem of *dying* is *die*."""
    first = stem[:LETTERS] if len(stem) > LETTERS else stem[:2]
    # British: *anaemia*, *foetal*, *sceptic*.
    greek = {first.replace("e", each, 1)[: len(first)] for each in ("ae", "oe")}
    dying = {f"{stem[0]}y"} if stem[1:] in ("i", "ie") else set[str]()
    alone = {stem + more for more in "ei"} if len(stem) == 1 else set[str]()  # of *aed* it is *a*
    return {first, _CHANGING.get(first, first)} | greek | dying | alone


def _may_hold(piece: bytes, beginnings: Collection[bytes]) -> bool:
    """Whether a part of a piece of text, in lower case, may be a word that begins so.

    It may where it has signs in it that can be read in several ways, such as *x-ray* or *C++*.
    """
    if not piece.isascii() or b"+" in piece or b"#" in piece:
        return True
    return any(
        run[:LETTERS] in beginnings
        or run[:2] in beginnings
        or (len(run) < LETTERS and b"-" in piece)
        for run in _RUN.findall(piece)
    )
