"""What the columns of a table are, by the headings that libraries and databases give them.

Headings were looked up in exports of IEEE Xplore, Scopus, Web of Science, PubMed, Dimensions, The
Lens, Zotero, Mendeley, ASReview, Rayyan, Covidence, CORD-19, OpenAlex, Google Scholar and Publish
or Perish. They are compared without case, accents and punctuation, in several languages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from indexer.papers.fields import lower_keys
from indexer.papers.folding import words
from indexer.papers.paper import FIELD_NAMES

TITLE, ABSTRACT, AUTHORS, VENUE = "title", "abstract", "authors", "venue"
DATE, YEAR, MONTH, DAY = "date", "year", "month", "day"
DOI, URL, OWN, OTHER = "doi", "url", "id", "ids"
CATEGORIES, LICENCE = "categories", "licence"

_HEADINGS: Mapping[str, str] = {
    TITLE: (
        "title|document title|article title|primary title|item title|paper title|display name"
        "|work title|original title|titel|titre|título|títulos|titolo|tytuł|название|заглавие"
        "|标题|题名|篇名|文献标题|タイトル|論題|제목"
    ),
    ABSTRACT: (
        "abstract|abstract note|notes abstract|abstract text|abstracts|summary|description|text"
        "|zusammenfassung|kurzfassung|résumé|resumen|resumo|riassunto|streszczenie|аннотация"
        "|реферат|摘要|抄録|要旨|초록"
    ),
    AUTHORS: (
        "author full names|author full name|authors full names|authors|author|author s"
        "|author names|author name|authors names|first authors|creator|creators|contributors"
        "|authorships author display name|autor|autoren|autorinnen|verfasser|auteur|auteurs"
        "|auteur s|autores|autor es|autore|autori|autorzy|автор|авторы|作者|著者|저자"
    ),
    DATE: (
        "date|publication date|date published|published|published date|publishedat|publish time"
        "|date of publication|cover date|pubdate|issue date|datum|erscheinungsdatum"
        "|date de publication|fecha|fecha de publicación|data de publicação|data di pubblicazione"
        "|дата публикации|дата|发表时间|出版日期|発行日"
    ),
    YEAR: (
        "publication year|year|pubyear|pub year|year published|published year|year of publication"
        "|jahr|erscheinungsjahr|année|année de publication|año|año de publicación|ano"
        "|ano de publicação|anno|anno di pubblicazione|rok|год|год издания|год публикации|年|年份"
        "|出版年|发表年份|発行年|연도"
    ),
    MONTH: "month|publication month|published month|monat|mois|mes|mês|mese",
    DAY: "day|publication day|published day|tag|jour|día|dia|giorno",
    VENUE: (
        "publication title|source title|source title anthology title|journal|journal title"
        "|journal name|full journal name|journal book|publication name|container title|pubtitle"
        "|venue|primary location source display name|publication|publication venue|conference name"
        "|conference title|conference|anthology title|proceedings title|booktitle|book title"
        "|secondary title|meeting name|journal ref|published in|zeitschrift|revue|journal revue"
        "|revista|titulo de la fuente|título da fonte|rivista|czasopismo|журнал|期刊|刊名|来源"
        "|文献来源|雑誌名|掲載誌|저널"
    ),
    DOI: "doi|item doi|digital object identifier|digitalobjectidentifier|doi number|prism doi",
    URL: (
        "url|link|article url|articleurl|item url|document url|documenturl|source linkout"
        "|external url|source urls|source url|urls|full text url|fulltexturl|landing page url"
        "|primary location landing page url|dimensions url|permalink|pdf link|pdf url|doi link"
        "|web of science record|lien|enlace|ссылка|链接|网址"
    ),
    OWN: "arxiv id|arxivid|id|paper id|paperid",
    CATEGORIES: (
        "categories|category|primary category|fields of study|field of study|s2fieldsofstudy"
        "|wos categories|web of science categories|research areas|subject areas"
    ),
    LICENCE: "licence|license|open access license",
}

_IDS: Mapping[str, str] = {
    "pmid": "pmid:",
    "pubmed id": "pmid:",
    "pubmedid": "pmid:",
    "ids pmid": "pmid:",
    "pmcid": "pmcid:",
    "pmc id": "pmcid:",
    "corpus id": "corpusid:",
    "corpusid": "corpusid:",
    "s2 id": "corpusid:",
    "openalex id": "",
    "openalex": "",
    "ut unique wos id": "",
    "eid": "",
    "lens id": "",
    "publication id": "",
    "cord uid": "",
    "accession number": "",
}
"""Numbers that others know a paper by, with what makes them unmistakable."""

_LAST_RESORT: Mapping[str, str] = {
    "source": VENUE,
    "quelle": VENUE,
    "fuente": VENUE,
    "fonte": VENUE,
    "источник": VENUE,
}
"""What a heading means where no other column has that meaning: in Scopus, ``Source`` is Scopus."""

_WOS = frozenset(("PT", "AU", "TI", "SO"))
_WOS_TAGS: Mapping[str, str] = {
    **{"TI": TITLE, "AB": ABSTRACT, "AF": AUTHORS, "AU": AUTHORS, "SO": VENUE, "PD": DATE},
    **{"PY": YEAR, "DI": DOI, "PM": OTHER, "UT": OTHER, "WC": CATEGORIES},
}
"""The columns of Web of Science's tab-delimited files; the others say other things than they seem:
``ID`` holds keywords."""


_FULL_NAMES = frozenset(("author full names", "author full name", "authors full names"))
"""Headings of Scopus and Web of Science above names written ``Last, First``."""
_FAMILY_FIRST = frozenset(("item type", "dimensions url", "cord uid"))
"""Headings that only Zotero, Dimensions and CORD-19 have, who write all names so."""


class Column(NamedTuple):
    """A column that says something of a paper.

    Attributes:
        place: From 0.
        heading: As it stands in the table.
        role: What it is taken for.
        rank: Of columns of one role, the lower comes first.
        prefix: What stands before its ids.
        family_first: Whether its names are ``Last, First``.
    """

    place: int
    heading: str
    role: str
    rank: int = 0
    prefix: str = ""
    family_first: bool = False


def _folded(heading: str) -> str:
    return " ".join(words(heading))


_RANKS: dict[str, tuple[str, int]] = {
    _folded(heading): (role, rank)
    for role, headings in _HEADINGS.items()
    for rank, heading in enumerate(headings.split("|"))
}
_LAST = {_folded(heading): role for heading, role in _LAST_RESORT.items()}


def columns_of(headings: Sequence[str]) -> list[Column]:
    """The columns that say something of a paper, those of one role in the order of preference."""
    if _WOS.issubset(heading.strip() for heading in headings):
        found = list(_wos_columns(headings))
    else:
        found = list(_named_columns(headings))
        roles = {column.role for column in found}
        for place, heading in enumerate(headings):
            role = _LAST.get(_folded(heading))
            if role and role not in roles:
                found.append(Column(place, heading, role))
                roles.add(role)
    return sorted(found, key=lambda column: (column.role, column.rank, column.place))


def unused(headings: Sequence[str], columns: Iterable[Column]) -> tuple[str, ...]:
    """The headings of which nothing is taken."""
    used = {column.place for column in columns}
    return tuple(
        heading
        for place, heading in enumerate(headings)
        if place not in used and heading.strip("\ufeff \t")
    )


def _wos_columns(headings: Sequence[str]) -> Iterable[Column]:
    for place, heading in enumerate(headings):
        tag = heading.strip()
        if role := _WOS_TAGS.get(tag):
            rank = list(_WOS_TAGS).index(tag)
            prefix = "pmid:" if tag == "PM" else ""
            yield Column(place, heading, role, rank, prefix, role == AUTHORS)


def _named_columns(headings: Sequence[str]) -> Iterable[Column]:
    inverted = not _FAMILY_FIRST.isdisjoint(map(_folded, headings))
    for place, heading in enumerate(headings):
        folded = _folded(heading)
        if folded in _RANKS:
            role, rank = _RANKS[folded]
            family_first = role == AUTHORS and (inverted or folded in _FULL_NAMES)
            yield Column(place, heading, role, rank, family_first=family_first)
        elif folded in _IDS:
            yield Column(place, heading, OTHER, list(_IDS).index(folded), _IDS[folded])
        elif folded and (name := next(iter(lower_keys({heading: True})))) in FIELD_NAMES:
            yield Column(place, heading, name)
