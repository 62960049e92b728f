"""The record that everything else handles: one paper, cleaned and with a normalised id."""

from __future__ import annotations

from dataclasses import dataclass


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


def merge(old: Paper, new: Paper) -> Paper:
    """``old`` with the fields that ``new`` carries; sources add up."""
    raise NotImplementedError


def normalise_id(text: str) -> tuple[str, int | None]:
    """The id and arXiv version that ``text`` names; raises ``ValueError`` when it names none."""
    raise NotImplementedError


def date_key(date: str) -> int:
    """``YYYYMMDD`` as a number, unknown parts as zeros, an unknown date as 0."""
    raise NotImplementedError


def parse_date(text: str) -> str:
    """``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD`` out of ``text``; raises ``ValueError``."""
    raise NotImplementedError
