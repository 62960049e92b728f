"""What arXiv's news feeds say of a paper, in RSS and in Atom alike.

A feed has new papers, and old ones that were listed in another category or replaced; its date is
that of the news, so it is the paper's own where the paper is new.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

DC = "{http://purl.org/dc/elements/1.1/}"
OAI = "oai:arXiv.org:"
"""Stands before the id in a feed."""

_PREFACE = re.compile(
    r"\s*arXiv:\S{1,30}\s+Announce\s+Type:\s*([\w-]{1,20})\s+Abstract:\s*", re.IGNORECASE
)
_ASIDE = re.compile(r"\s*\([^()]{0,500}\)")
_SUFFIX = re.compile(r"(?:jr|sr)\.?|I{2,3}|IV", re.IGNORECASE)


def announced(fields: Mapping[str, object], *, kind: str = "") -> Mapping[str, object]:
    """The fields of a paper that a feed announces.

    Args:
        fields: As they stand there: id with ``oai:``, abstract with its preface, authors as one
            text, the date of the news.
        kind: ``new``, ``cross``, ``replace`` or ``replace-cross``; empty if the preface says it.
    """
    abstract, day = str(fields["abstract"]), fields["date"]
    if preface := _PREFACE.match(abstract):
        abstract, kind = abstract[preface.end() :], kind or preface[1]
    is_new = kind.lower() in ("", "new")
    return {
        **fields,
        "id": str(fields["id"]).removeprefix(OAI),
        "abstract": abstract,
        "authors": _names(str(fields["authors"])),
        "date": day if is_new else None,
        "listed": day if is_new else None,
    }


def _names(text: str) -> list[str]:
    """Names that commas part; a suffix goes with the name before it, an affiliation is left out."""
    names: list[str] = []
    for piece in _ASIDE.sub("", text).replace(";", ",").split(","):
        name = " ".join(piece.split()).removeprefix("and ")
        if names and _SUFFIX.fullmatch(name):
            names[-1] = f"{names[-1]} {name}"
        elif name:
            names.append(name)
    return names
