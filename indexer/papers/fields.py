"""Values of raw records, of whatever type a source gives, as the fields of a paper.

A value that is missing (absent, null or empty) is "not known". One that is there but makes no
sense raises ``ValueError`` where the record can't be trusted for it, and counts as not known
where the field is a detail: each function says which.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from unicodedata import is_normalized
from urllib.parse import urlsplit

from indexer.papers.dates import parse_date
from indexer.papers.ids import ARCHIVE
from indexer.papers.persons import is_nobody, natural_name
from indexer.papers.text import clean_text

MAX_AUTHORS = 10_000
MAX_NAME = 5_000
MAX_CATEGORIES = 100
MAX_CATEGORY = 1_000
MAX_URL = 2_000
MAX_COUNT = 2**31 - 1
"""Fits every integer type that an index or a client may keep a count in."""

_TRUE = frozenset(("true", "yes", "y", "t", "1", "1.0", "retracted"))
_UNCLEAN = ("  ", "| ", " |", "\\", ".|", "0", "|[")
"""What is changed or left out below, in names with a bar on each side."""
_AND = re.compile(r",? and ")
_ARXIV_CATEGORY = re.compile(rf"(?:{ARCHIVE})|[a-z-]+\.[A-Za-z-]+")
_PLAIN_ADDRESS = re.compile(r"https?://[a-z0-9][a-z0-9.-]*(?:/.*)?", re.ASCII)
"""A web address that leads where it says, told without taking it apart; most are of this kind."""
_INITIALS = re.compile(r"(?:[^\W\d_](?:\.[ -]?|[ -]|$)){1,5}")

Fields = Mapping[str, object]


def lower_keys(fields: Fields) -> Fields:
    """The same record with keys as the lists of synonyms spell them: ``arXiv ID`` is ``arxiv_id``.

    Values that are missing are left out.
    """
    return {
        key.strip().lower().replace(" ", "_").replace("-", "_"): value
        for key, value in fields.items()
        if value is not None and value != ""
    }


def first_of(fields: Fields, names: Sequence[str]) -> object:
    """The value of the first of ``names`` that the record carries, else ``None``."""
    for name in names:
        value = fields.get(name)
        if value is not None:
            return value
    return None


def text_of(value: object, what: str, limit: int) -> str:
    """Clean text; raises ``ValueError`` when it is none or longer than ``limit``."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{what} is not text")
    try:
        return clean_text(value, limit)
    except ValueError as error:
        raise ValueError(f"{what} is {error}") from None


def date_of(value: object) -> str:
    """A date, empty where there is none that can be read."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    try:
        return parse_date(str(value))
    except ValueError:
        return ""


def url_of(value: object) -> str:
    """A web address; anything else (``javascript:...`` for one) counts as not known.

    So does one that names another host than it leads to, see :func:`host_of`.
    """
    if not isinstance(value, str):
        return ""
    url = value.strip()
    web = url.startswith(("https://", "http://")) and len(url) <= MAX_URL
    if not web or not url.isprintable() or " " in url:
        return ""
    return url if _PLAIN_ADDRESS.fullmatch(url) or host_of(url) else ""


def host_of(url: str) -> str:
    r"""The host that a browser goes to for an address; empty where people could read another one.

    Browsers take a backslash for a slash: ``http://evil.example\@arxiv.org/`` leads to the first
    host, and ``http://arxiv.org@evil.example/`` to the second.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return ""
    return "" if set("@\\").intersection(parts.netloc) else host


def flag_of(value: object) -> bool:
    """Whether something is said to be so, also in words; what can't be read counts as not said."""
    if isinstance(value, str):
        return value.strip().lower() in _TRUE
    return isinstance(value, bool | int) and bool(value)


def count_of(value: object, what: str) -> int | None:
    """A whole number from 0, also written as text; raises ``ValueError`` when it is none."""
    if value is None:
        return None
    if isinstance(value, str):
        value = _number(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{what} is not a whole number")
    if not 0 <= value <= MAX_COUNT:
        raise ValueError(f"{what} is {'negative' if value < 0 else 'too large'}")
    return value


def names_of(value: object) -> tuple[str, ...]:
    """Authors from names, from objects with a name, or from one text that lists them.

    Raises:
        ValueError: An entry is neither, a name is too long, or there are too many.
    """
    if value is None:
        return ()
    if isinstance(value, str):
        value = split_authors(" ".join(value.split()))
    if not isinstance(value, Sequence):
        raise ValueError("authors is neither a list nor text")
    if len(value) > MAX_AUTHORS:
        raise ValueError(f"authors are more than {MAX_AUTHORS:,}")
    named = [author if isinstance(author, str) else _name(author) for author in value]
    if _are_clean(named):
        return tuple(filter(None, named))  # type: ignore[arg-type]
    names = (text_of(name, "an author's name", MAX_NAME) for name in named)
    return tuple(natural_name(name) for name in names if name and not is_nobody(name))


def _are_clean(names: Sequence[object]) -> bool:
    """Whether all names would stay as they are, told by one look at them together; most do."""
    try:
        text = f"|{'|'.join(names)}|"  # type: ignore[arg-type]
    except TypeError:
        return False
    return (
        len(text) <= MAX_NAME
        and text.isprintable()
        and is_normalized("NFC", text)
        and not any(mark in text for mark in _UNCLEAN)
    )


def split_authors(text: str) -> list[str]:
    """The names in one text, written with semicolons, "and", or commas.

    ``Last, First and Last, First`` (BibTeX), ``Last, F., Last, F.`` and a lone ``Last, First``
    keep their commas; in ``First Last, First Last and First Last`` commas separate.
    """
    if ";" in text:
        return text.replace("; ", ";").split(";")
    pieces = _AND.split(text)
    lone = len(pieces) == 1 and " " in text.partition(",")[0]
    inverted = all("," in piece for piece in pieces) and not lone
    return [name for piece in pieces for name in _split_commas(piece, inverted)]


def categories_of(value: object) -> tuple[str, ...]:
    """Categories from a list or from one text, each once.

    Raises:
        ValueError: An entry is not text, or there are too many.
    """
    if value is None:
        return ()
    if isinstance(value, str):
        value = _split_categories(value)
    if not isinstance(value, Sequence):
        raise ValueError("categories is neither a list nor text")
    if len(value) > MAX_CATEGORIES:
        raise ValueError(f"categories are more than {MAX_CATEGORIES}")
    cleaned = (text_of(category, "a category", MAX_CATEGORY) for category in value)
    return tuple(dict.fromkeys(category for category in cleaned if category))


def _number(text: str) -> object:
    # Twenty digits are more than any count has, and conversion takes time with their number.
    try:
        return float(text) if len(text) <= 20 else None
    except ValueError:
        return None


def _name(author: object) -> object:
    """The name in an entry; Hugging Face marks those that it was asked not to show."""
    if not isinstance(author, Mapping):
        return author if author is not None else ""
    return "" if author.get("hidden") is True else author.get("name")


def _split_commas(text: str, inverted: bool) -> list[str]:
    parts = [part.strip() for part in text.split(",")]
    pairs = [f"{last}, {first}" for last, first in zip(parts[::2], parts[1::2], strict=False)]
    if len(parts) % 2 == 0 and all(_INITIALS.fullmatch(part) for part in parts[1::2]):
        return pairs
    return pairs if inverted and len(parts) == 2 else parts


def _split_categories(text: str) -> list[str]:
    """Split at commas and semicolons, and at spaces between what looks like arXiv categories."""
    tokens = text.split()
    if all(_ARXIV_CATEGORY.fullmatch(token) for token in tokens):
        text = ",".join(tokens)
    return re.split(r"[,;]", text)
