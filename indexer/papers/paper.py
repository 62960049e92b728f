"""The record that everything else handles: one paper, cleaned and with a normalised id."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, fields, replace

from indexer.papers.dates import date_key, parse_date
from indexer.papers.fields import (
    Fields,
    categories_of,
    count_of,
    date_of,
    first_of,
    flag_of,
    lower_keys,
    names_of,
    text_of,
    url_of,
)
from indexer.papers.ids import (
    MAX_ID,
    leads_elsewhere,
    normalise_doi,
    normalise_id,
    preference,
    title_id,
)
from indexer.papers.retraction import says_retracted
from indexer.papers.text import clean_text

__all__ = [
    "FIELD_NAMES",
    "TEXT_NAMES",
    "Paper",
    "clean_text",
    "date_key",
    "make_paper",
    "merge",
    "normalise_id",
    "parse_date",
    "text_hash",
    "title_id",
]

MAX_TITLE = 2_000
MAX_ABSTRACT = 100_000
MAX_VENUE = 2_000
MAX_LICENCE = 500
MAX_IDS = 50

_ID = ("arxiv_id", "arxivid", "id", "_id", "paper_id", "paperid")
_ABSTRACT = ("abstract", "summary", "text")
_AUTHORS = ("authors", "author")
_DATE = ("date", "published", "publishedat", "publication_date", "publicationdate", "year")
_CATEGORIES = ("categories", "category")
_VENUE = ("venue", "journal", "journal_ref", "booktitle")
_COMMENTS = ("comments", "numcomments")
_RETRACTED = ("retracted", "is_retracted", "isretracted")
_LICENCE = ("licence", "license")

FIELD_NAMES = frozenset(
    (
        *("title", "author_count", "doi", "ids", "licence", "license", "listed", "submitted"),
        *("upvotes", "url", "version", "cite_keys", *_RETRACTED, *_ID, *_ABSTRACT, *_AUTHORS),
        *(*_DATE, *_CATEGORIES, *_VENUE, *_COMMENTS),
    )
)
"""All names that say something in a record."""

TEXT_NAMES = frozenset(("title", *_ABSTRACT))
"""Names of which a record, or the header of a table, needs at least one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper. An empty string, an empty tuple and ``None`` all mean "not known".

    Attributes:
        id: Normalised; see :func:`normalise_id`.
        title: Unicode text; formulas stay as LaTeX.
        abstract: Likewise.
        authors: Names as printed, in the paper's order.
        author_count: How many authors there are where the source only counts them.
        date: First publication as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.
        url: Where people read about it.
        categories: arXiv categories or the like, the primary one first.
        venue: Where it was published.
        upvotes: As of the time of listing.
        comments: Likewise.
        version: arXiv's version number.
        doi: Lower case, without a resolver's address.
        sources: Names of the inputs that told of it.
        submitted: Day on which it was submitted to a list such as Daily Papers.
        listed: Day on which an archive listed it.
        licence: Licence of the record, as its source words it.
        ids: Other ids that it is known by, normalised and sorted.
        harvested: When a source last told something new, ISO 8601 in UTC.
        retracted: Whether a source says that it was retracted.
        cite_keys: What libraries cite it by; each means something in its own library alone.
    """

    id: str
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    date: str = ""
    url: str = ""
    categories: tuple[str, ...] = ()
    venue: str = ""
    upvotes: int | None = None
    comments: int | None = None
    version: int | None = None
    doi: str = ""
    sources: tuple[str, ...] = ()
    submitted: str = ""
    listed: str = ""
    licence: str = ""
    ids: tuple[str, ...] = ()
    harvested: str = ""
    retracted: bool = False
    cite_keys: tuple[str, ...] = ()


def make_paper(fields: Fields, *, source: str) -> Paper:
    """A clean paper out of a raw record, whose keys may have any of their usual names.

    Args:
        fields: The record as parsed from JSON or a table.
        source: Name of the input that it comes from.

    Raises:
        ValueError: The record is no use, with the reason: neither title nor abstract, nothing to
            make an id of, a field of a wrong type or of absurd size. Details that can't be read
            (dates, web addresses, DOIs, licences) count as not known instead.
    """
    raw = lower_keys(fields)
    title = text_of(raw.get("title"), "title", MAX_TITLE)
    abstract = text_of(first_of(raw, _ABSTRACT), "abstract", MAX_ABSTRACT)
    if not (title or abstract):
        raise ValueError("neither title nor abstract")
    doi = _doi(raw.get("doi"))
    authors = names_of(first_of(raw, _AUTHORS))
    name, version = _identify(first_of(raw, _ID), doi, title, "".join(authors[:1]))
    return Paper(
        id=name,
        title=title,
        abstract=abstract,
        authors=authors,
        author_count=count_of(raw.get("author_count"), "author_count"),
        date=date_of(first_of(raw, _DATE)),
        url=url_of(raw.get("url")),
        categories=categories_of(first_of(raw, _CATEGORIES)),
        venue=text_of(first_of(raw, _VENUE), "venue", MAX_VENUE),
        upvotes=count_of(raw.get("upvotes"), "upvotes"),
        comments=_comments(first_of(raw, _COMMENTS)),
        version=version or _version(raw.get("version")),
        doi=doi,
        sources=(source,),
        submitted=date_of(raw.get("submitted")),
        listed=date_of(raw.get("listed")),
        licence=_licence(first_of(raw, _LICENCE)),
        ids=_other_ids(name, doi, raw.get("ids")),
        retracted=flag_of(first_of(raw, _RETRACTED)) or says_retracted(title),
        cite_keys=_cite_keys(raw.get("cite_keys")),
    )


def merge(old: Paper, new: Paper, *, second_hand: bool = False) -> Paper:
    """Two records of a paper as one: with the better id, all ids and all sources.

    The record with the better id tells the fields, the other fills what is open; of the same id
    the later one tells. A date that is only the beginning of the known one (``2023-11`` for
    ``2023-11-05``) says nothing new and doesn't replace it. Counts are always the later ones.

    Args:
        old: What is known.
        new: What comes.
        second_hand: ``new`` was told by somebody who lists papers of others, and only fills, too,
            if anybody else has told of the paper.
    """
    fills = preference(new.id) > preference(old.id) or (second_hand and old.sources != new.sources)
    carried = {name: getattr(new, name) for name in _MERGED}
    known = {name: getattr(old, name) for name in _MERGED}
    changes = {
        name: value
        for name, value in carried.items()
        if value not in _UNKNOWN and (not fills or known[name] in _UNKNOWN or name in _COUNTS)
    }
    for name in _DATES:
        if known[name].startswith(carried[name]):
            changes.pop(name, None)
        elif carried[name].startswith(known[name]):
            changes[name] = carried[name]
    id = min(old.id, new.id, key=preference)
    ids = {old.id, new.id, *old.ids, *new.ids} - {id}
    sources = tuple(dict.fromkeys(old.sources + new.sources))
    changes |= {"id": id, "ids": tuple(sorted(ids)), "sources": sources}
    # Most sources say nothing of it; one that did may take it back.
    changes["retracted"] = new.retracted or (old.retracted and old.sources != new.sources)
    keys = dict.fromkeys(old.cite_keys + new.cite_keys)
    changes["cite_keys"] = tuple(keys)[:MAX_IDS]
    same = all(getattr(old, name) == value for name, value in changes.items())
    return old if same else replace(old, **changes)


_UNKNOWN: tuple[object, ...] = ("", (), None)
_COUNTS = frozenset(("upvotes", "comments"))
_DATES = ("date", "submitted", "listed")
_OWN = frozenset(("id", "ids", "sources", "harvested", "retracted", "cite_keys"))
_MERGED = tuple(field.name for field in fields(Paper) if field.name not in _OWN)


def text_hash(text: str) -> str:
    """128 bits in hexadecimal that are equal for equal texts, so that none is embedded twice."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _other_ids(own: str, doi: str, values: object) -> tuple[str, ...]:
    """The other ids of a record, at most :data:`MAX_IDS`; those that are none count as unknown."""
    found = {normalise_id(doi)[0]} if doi else set()
    for value in values[:MAX_IDS] if isinstance(values, list) else ():
        with suppress(ValueError):
            found.add(normalise_id(value)[0] if isinstance(value, str) else own)
    return tuple(sorted(found - {own}))


def _cite_keys(values: object) -> tuple[str, ...]:
    """Cite keys, from a list or a text with semicolons; what no library would have is left out."""
    listed = values.split(";") if isinstance(values, str) else values
    if not isinstance(listed, list):
        return ()
    keys = (value.strip() for value in listed[:MAX_IDS] if isinstance(value, str))
    good = (key for key in keys if key.isprintable() and " " not in key)
    return tuple(dict.fromkeys(key for key in good if 0 < len(key) <= MAX_ID))


def _identify(value: object, doi: str, title: str, author: str) -> tuple[str, int | None]:
    """The record's own id, else its DOI, else one made from title and first author."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is not None and not isinstance(value, str):
        raise ValueError("id is not text")
    if (value and value.strip()) or doi:
        id, version = normalise_id(value if value and value.strip() else doi)
        if leads_elsewhere(id):
            raise ValueError("the id holds . or .. between slashes, which lead elsewhere")
        return id, version
    if title:
        return title_id(title, author), None
    raise ValueError("no id, and neither DOI nor title to make one of")


def _doi(value: object) -> str:
    try:
        return normalise_doi(value) if isinstance(value, str) else ""
    except ValueError:
        return ""


def _licence(value: object) -> str:
    """A licence; a text that is longer than any name of one counts as not known."""
    try:
        return text_of(value, "licence", MAX_LICENCE)
    except ValueError:
        return ""


def _comments(value: object) -> int | None:
    """How many comments; in arXiv's own records the field is a remark, which says nothing here."""
    if isinstance(value, str) and not value.strip().isdecimal():
        return None
    return count_of(value, "comments")


def _version(value: object) -> int | None:
    text = str(value).removeprefix("v")
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 5 else None
