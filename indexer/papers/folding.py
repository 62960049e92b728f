"""Text as it is compared: without case, accents and punctuation."""

from __future__ import annotations

import hashlib
import re
import unicodedata

# Letters that Unicode doesn't decompose into a base letter and a mark.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_WORD = re.compile(r"[^\W_]+")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


def fold(text: str) -> str:
    """``Erdős`` and ``ERDOS`` both become ``erdos``."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return _BEYOND_ASCII.sub(_bare, decomposed)


def _bare(letters: re.Match[str]) -> str:
    """Without accents, which stand behind their letters here."""
    bare = "".join(letter for letter in letters[0] if not unicodedata.combining(letter))
    return bare.translate(_LETTERS)


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return _WORD.findall(fold(text))


def word_hash(word: str) -> int:
    """64 bits stand for a word: among a million words a chance of 3 in 10^8 that two collide."""
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")


def title_hash(title: str) -> int:
    """Equal for titles of the same words, however they are printed."""
    return word_hash(" ".join(words(title)))
