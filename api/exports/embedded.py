"""What a page says of its papers to other programs: reference managers, search engines, chats.

``citation_*`` names are Highwire Press's, as Google Scholar and Zotero read them; COinS is
NISO Z39.88-2004 in a ``span``; ``ScholarlyArticle`` is schema.org's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from api.exports.kinds import Kind, arxiv_id, kind_of
from api.links import reading_places
from indexer.papers.paper import Paper

MOST_AUTHORS = 100
"""Named in a paper's own page; author lists of physics have thousands."""
FEW_AUTHORS = 5
"""Named in a list, where ten papers are to stay small; the others stand in the paper's own page."""
SUMMARY = 200
"""Characters of an abstract that a chat shows beside a link."""
_GENRES = {Kind.ARTICLE: "article", Kind.PROCEEDINGS: "proceeding", Kind.PREPRINT: "preprint"}
_VENUES = {Kind.ARTICLE: "citation_journal_title", Kind.PROCEEDINGS: "citation_conference_title"}


def citation_tags(paper: Paper) -> Iterator[tuple[str, str]]:
    """Names and contents of ``meta`` elements, without what isn't known."""
    yield "citation_title", paper.title or paper.id
    for author in paper.authors[:MOST_AUTHORS]:
        yield "citation_author", author
    arxiv, places = arxiv_id(paper), reading_places(paper)
    venue = _VENUES.get(kind_of(paper), "")
    named = {
        "citation_publication_date": paper.date.replace("-", "/"),
        venue: paper.venue,
        "citation_doi": paper.doi,
        "citation_arxiv_id": arxiv,
        "citation_pdf_url": f"https://arxiv.org/pdf/{arxiv}" if arxiv else "",
        "citation_public_url": places[0] if places else "",
        "citation_keywords": "; ".join(paper.categories),
        "citation_abstract": paper.abstract,
    }
    yield from ((name, value) for name, value in named.items() if name and value)


def coins(paper: Paper) -> str:
    """The ``title`` of a COinS span, which is short: a DOI needs no address beside it."""
    place = f"info:doi/{paper.doi}" if paper.doi else next(iter(reading_places(paper)), "")
    pairs = [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", "info:ofi/fmt:kev:mtx:journal"),
        ("rft.genre", _GENRES[kind_of(paper)]),
        ("rft.atitle", paper.title or paper.id),
        ("rft.jtitle", paper.venue),
        ("rft.date", paper.date),
        *(("rft.au", author) for author in paper.authors[:FEW_AUTHORS]),
        ("rft_id", place),
    ]
    return urlencode([pair for pair in pairs if pair[1]], safe="/:(),'")


def scholarly_article(paper: Paper) -> dict[str, Any]:
    """A paper as JSON-LD."""
    known: dict[str, Any] = {
        "headline": paper.title,
        "author": [{"@type": "Person", "name": name} for name in paper.authors[:MOST_AUTHORS]],
        "datePublished": paper.date,
        "abstract": paper.abstract,
        "isPartOf": {"@type": "Periodical", "name": paper.venue} if paper.venue else None,
        "identifier": f"https://doi.org/{paper.doi}" if paper.doi else paper.id,
        "sameAs": reading_places(paper),
        "keywords": list(paper.categories),
    }
    article = {"@context": "https://schema.org", "@type": "ScholarlyArticle"}
    return article | {name: value for name, value in known.items() if value}


def summary(paper: Paper) -> str:
    """The beginning of the abstract, in whole words."""
    if len(paper.abstract) <= SUMMARY:
        return paper.abstract
    return paper.abstract[:SUMMARY].rpartition(" ")[0] + " …"
