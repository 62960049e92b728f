"""PubMed's XML: ``PubmedArticleSet``, as E-utilities answer and as the baseline files have it.

Elements: https://www.nlm.nih.gov/bsd/licensee/elements_descriptions.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, BinaryIO

from indexer.papers.loose_dates import loose_date
from indexer.papers.persons import swapped
from indexer.sources.formats.identifiers import known_doi, known_pubmed
from indexer.sources.formats.tagged.nbib import RETRACTED, pubmed_date, pubmed_title
from indexer.sources.formats.xml.elements import marked_up, read_elements, text_of, texts_of
from indexer.sources.reading.fragments import Cutter
from indexer.sources.reading.raw import Bad, Raw

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_CUTTER = Cutter(("PubmedArticle", "PubmedBookArticle"), limit=8 << 20)


def read_pubmed(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """One record for every article, and for every book or chapter of the bookshelf."""
    missing = "no <PubmedArticle> in it, as PubMed's XML has them"
    return read_elements(stream, _CUTTER, pubmed_fields, missing=missing)


def pubmed_fields(record: Element) -> Mapping[str, object]:
    """The fields of a record."""
    citation = record.find("MedlineCitation")
    book = citation is None
    about = record.find("BookDocument") if citation is None else citation
    article = about if book or about is None else about.find("Article")
    number = text_of(about, "PMID")
    ids = _ids(record, article)
    doi = ids.get("doi")
    names = [*known_doi(doi), *known_pubmed(number), *known_pubmed(ids.get("pmc"), "pmcid")]
    return {
        "id": next(iter(names), None),
        "ids": names,
        "doi": doi,
        "title": _title(article),
        "abstract": _abstract(article),
        "authors": _authors(article),
        "date": _date(article),
        "url": f"https://pubmed.ncbi.nlm.nih.gov/{number}/" if number.isdecimal() else None,
        "venue": text_of(article, "Journal/Title") or text_of(article, "Book/BookTitle"),
        "retracted": _is_retracted(about, article),
    }


def _title(article: Element | None) -> str:
    """The title, else what it was before it was translated, else that of the book."""
    for path in ("ArticleTitle", "VernacularTitle", "Book/BookTitle"):
        if title := marked_up(article, path):
            return pubmed_title(title)
    return ""


def _abstract(article: Element | None) -> str:
    """Its parts, each with its label in front."""
    parts = []
    for part in article.iterfind("Abstract/AbstractText") if article is not None else ():
        label, text = (part.get("Label") or "").strip(), marked_up(part)
        parts.append(f"{label}: {text}" if label and label != "UNLABELLED" else text)
    return "\n".join(part for part in parts if part.strip())


def _authors(article: Element | None) -> list[str]:
    """Names in their natural order; groups by their own."""
    names = []
    for author in article.iterfind("AuthorList/Author") if article is not None else ():
        last, initials = text_of(author, "LastName"), text_of(author, "Initials")
        given = text_of(author, "ForeName") or text_of(author, "FirstName")
        parts = (given, last, text_of(author, "Suffix"))
        if given or not initials:
            name = " ".join(part for part in parts if part)
        else:
            name = swapped(f"{last} {initials}")
        names.append(name or text_of(author, "CollectiveName"))
    return [name for name in names if name]


def _date(article: Element | None) -> str:
    issue = "Journal/JournalIssue/PubDate"
    for place in (issue, "Book/PubDate"):
        year = text_of(article, f"{place}/Year") or text_of(article, f"{place}/MedlineDate")
        if year:
            month, day = (text_of(article, f"{place}/{part}") for part in ("Month", "Day"))
            return pubmed_date(loose_date(year, month, day), _online(article))
    return _online(article)


def _online(article: Element | None) -> str:
    parts = (text_of(article, f"ArticleDate/{part}") for part in ("Year", "Month", "Day"))
    return loose_date(*parts)


def _ids(record: Element, article: Element | None) -> dict[str, str]:
    """DOI and PubMed Central's number; those of the works that are cited stand deeper."""
    found: dict[str, str] = {}
    for path in ("PubmedData/ArticleIdList", "PubmedBookData/ArticleIdList"):
        for one in record.iterfind(f"{path}/ArticleId"):
            found.setdefault(one.get("IdType", ""), text_of(one))
    for one in article.iterfind("ELocationID") if article is not None else ():
        if one.get("ValidYN") != "N":
            found.setdefault(one.get("EIdType", ""), text_of(one))
    return found


def _is_retracted(about: Element | None, article: Element | None) -> bool:
    path = "CommentsCorrectionsList/CommentsCorrections[@RefType='RetractionIn']"
    told = about is not None and about.find(path) is not None
    return told or RETRACTED in texts_of(article, "PublicationTypeList/PublicationType")
