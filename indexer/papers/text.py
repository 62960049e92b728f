r"""Text as it should be stored: one Unicode form, single spaces, letters instead of LaTeX accents.

Cleaning is idempotent. Formulas (``$...$``, ``$$...$$``, ``\(...\)``, ``\[...\]``) and macros
that aren't accents or letters come out as they went in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
    "\ud800-\udfff]"
)
"""Controls, invisible breaks, direction marks and lone surrogates; joiners stay, as Persian, the
Indic scripts and emoji need them."""

_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
"""The controls U+0080 to U+009F are always Windows-1252 read as Latin-1: quotes and dashes."""

_COMBINING = {
    "'": "\u0301",
    "`": "\u0300",
    "^": "\u0302",
    '"': "\u0308",
    "~": "\u0303",
    "=": "\u0304",
    ".": "\u0307",
    "c": "\u0327",
    "d": "\u0323",
    "H": "\u030b",
    "k": "\u0328",
    "r": "\u030a",
    "u": "\u0306",
    "v": "\u030c",
}
_LETTERS = {
    "o": "ø",
    "O": "Ø",
    "l": "ł",
    "L": "Ł",
    "i": "ı",
    "j": "ȷ",
    "ss": "ß",
    "aa": "å",
    "AA": "Å",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "dh": "ð",
    "DH": "Ð",
    "dj": "đ",
    "DJ": "Đ",
    "th": "þ",
    "TH": "Þ",
    "ng": "ŋ",
    "NG": "Ŋ",
}

_MACRO = re.compile(
    r"""
    (?P<brace>\{)?
    (?:
        \\(?!'s\b)(?:(?P<mark>['"`^~=.])(?(brace)\s*)|(?P<named>[cdHkruv])(?=\{|\s)\s*)
        (?:\{(?P<held>[^\W\d_]|\\[ij])\}|(?P<bare>[^\W\d_]|\\[ij](?![A-Za-z])\s*))
    |
        \\(?P<letter>ss|aa|AA|ae|AE|oe|OE|dh|DH|dj|DJ|th|TH|ng|NG|[oOlLij])(?![A-Za-z_^])
        (?:\{\}|\s+)?
    )
    (?(brace)\})
    | \\(?:[A-Za-z]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
"""An accent over one letter, a letter that has a name, or any other macro, which is passed over."""

_DELIMITER = re.compile(r"(\\\\|\\[()\[\]$]|\$\$?)")
_CLOSING = {"$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}


def clean_text(text: str, limit: int) -> str:
    """``text`` in NFC, on one line, without control characters, with accents as letters.

    Args:
        text: As a source gives it.
        limit: The most characters that the result may have.

    Raises:
        ValueError: The result is longer than ``limit``.
    """
    # Of all that separates words only the plain space is printable.
    spaced = "  " in text or text[:1] == " " or text[-1:] == " "
    if not text.isprintable():
        text, spaced = _UNWANTED.sub(_mend, text), True
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if spaced:
        text = " ".join(text.split())
    if "\\" in text:
        text = _with_letters(text)
    if len(text) > limit:
        raise ValueError(f"longer than {limit:,} characters")
    return text


def _mend(match: re.Match[str]) -> str:
    return _WINDOWS.get(ord(match.group()), "")


def _with_letters(text: str) -> str:
    r"""Accents and letter macros outside formulas as Unicode letters.

    Runs until nothing changes, for accents upon accents (``\'{\^e}``); no letter carries more
    than three, so a few rounds suffice.
    """
    while True:
        parts = [
            part if formula else _MACRO.sub(_letter, part) for formula, part in formula_spans(text)
        ]
        done = unicodedata.normalize("NFC", "".join(parts))
        if done == text:
            return done
        text = done


def formula_spans(text: str) -> Iterator[tuple[bool, str]]:
    """Pieces of ``text`` in order, each with whether it belongs to a formula.

    Takes time linear in the text, also where delimiters are never closed.
    """
    pieces = _DELIMITER.split(text)
    last = {piece: place for place, piece in enumerate(pieces)}
    closing = ""
    for place, piece in enumerate(pieces):
        inside = bool(closing)
        if piece == closing:
            closing = ""
        elif not inside and (end := _CLOSING.get(piece)) and last.get(end, -1) > place:
            closing, inside = end, True
        yield inside, piece


def _letter(match: re.Match[str]) -> str:
    """The letter that a macro stands for, or the macro as it is where there is no such letter."""
    if letter := match["letter"]:
        return _LETTERS[letter]
    if not (accent := match["mark"] or match["named"]):
        return match.group()
    base = (match["held"] or match["bare"]).strip("\\ ")
    composed = unicodedata.normalize("NFC", base + _COMBINING[accent])
    return composed if len(composed) == 1 else match.group()
