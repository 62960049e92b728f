"""RIS: a tag, two spaces, a dash, a space and a value a line; ``ER`` ends a record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from api.exports.author_names import name_parts
from api.exports.kinds import Kind, kind_of
from api.wording import clean
from indexer.papers.paper import Paper

_TYPES = {Kind.ARTICLE: "JOUR", Kind.PROCEEDINGS: "CPAPER", Kind.PREPRINT: "UNPB"}


def ris(papers: Sequence[Paper]) -> str:
    """One record a paper, with an empty line between them."""
    return "\n".join(map(_record, papers))


def _record(paper: Paper) -> str:
    # Each value in one line, so that none can begin a tag of its own.
    values = [(tag, clean(value)) for tag, value in _values(paper)]
    return "".join(f"{tag}  - {value}\n" for tag, value in values if value) + "ER  - \n"


def _values(paper: Paper) -> Iterator[tuple[str, str]]:
    yield "TY", _TYPES[kind_of(paper)]
    yield "ID", next(iter(paper.cite_keys), "")
    yield "TI", paper.title
    for name in paper.authors:
        yield "AU", name_parts(name).inverted
    yield "PY", paper.date[:4]
    yield "DA", _date(paper.date)
    yield "T2", paper.venue
    yield "AB", paper.abstract
    for category in paper.categories:
        yield "KW", category
    yield "N1", "Retracted" if paper.retracted else ""
    yield "DO", paper.doi
    yield "UR", paper.url
    yield "AN", paper.id


def _date(date: str) -> str:
    """``2024/12/17/``, with what isn't known left empty between the strokes."""
    return "/".join([*date.split("-"), "", "", ""][:4]) if date else ""
