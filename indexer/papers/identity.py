"""What a paper is known by, and when two records are of the same paper.

Two records are of one paper if they share an id, or a DOI, or if their titles have the same words,
their first authors share a name, and their years are at most :data:`YEARS` apart, at most one if
neither is arXiv's: people print the same title again with other content. But no archive holds a
paper twice: two records with different arXiv ids, or with different ids of the ACL Anthology, are
two papers, whatever their DOIs and titles say. So are those whose titles are too short or too
common to tell papers apart.

A DOI may be that of a book whose chapters all carry it. Two records that nothing but one DOI names
are of two papers if their titles differ and so do their first authors, or if longer titles have no
word in common; so are a paper and the notice that retracts or corrects it.

The relation is between records, and duplicates are what it connects, so that the order in which
records come makes no difference; but a record that would connect two papers of one archive goes to
the first of these (:mod:`indexer.deduplication`). Misses are cheap and errors are not: a search
shows near-duplicates once anyway, but a paper that was folded into another can't be found.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple

from indexer.papers.folding import fold, words
from indexer.papers.ids import archive_of, normalise_id
from indexer.papers.paper import Paper
from indexer.papers.retraction import is_notice, plain_title

YEARS = 5
"""Between a preprint and its publication, either first. Of 721 pairs of the ACL Anthology and
arXiv with the same title and first author 4 were further apart than 2 years, 1 than 5."""
MIN_WORDS = 3
"""Of a title by which papers are told apart."""
CITED = "@"
"""Begins a cite key among names: it finds a paper, and says nothing of what others are."""
_WORK_WORDS = 12
"""Words of a title by which records of one DOI are told apart."""
_ALIKE = 0.5
"""Share of common words from which on two titles are taken for one."""
_NOTICE_MARK = "!"

_TITLE_WORD = re.compile(r"[^\W_]+[+#*]*")
"""Unlike elsewhere with its signs: EvTexture++ is another paper than EvTexture."""
_COMMON = re.compile(
    r"(?:editorial|preface|foreword|introduction|erratum|corrigendum|obituary|book reviews?)"
    r"(?: (?:to|for|of|from) (?:the|this) .*)?"
    r"|(?:an? )?(?:message|letters?|notes?|words?|remarks|report) (?:from|to|by) the .*"
    r"|(?:editorial|guest editorial|guest editors?|editors?) (?:s )?(?:board|introduction|note)"
    r"|table of contents|call for papers|in this issue|list of \w+|front matter|back matter"
)
_SUFFIX = frozenset(("jr", "sr", "dr", "prof"))


class Name(NamedTuple):
    """One name of a paper, as one record told it.

    Attributes:
        name: An id, ``~`` and a hash of a title's words, or ``@`` and a cite key.
        archive: Of a DOI or title: the archive that the record is of, if any; ``@`` of a cite key.
        year: Of a title: the record's.
        author: Of a title: the words of the first author's name; of a DOI these, ``/`` and the
            words of the record's title.
    """

    name: str
    archive: str = ""
    year: int = 0
    author: str = ""


def names_of(paper: Paper) -> list[Name]:
    """All names that a record tells, its own id first."""
    ids = dict.fromkeys([paper.id, *paper.ids])
    archive = next((found for found in map(archive_of, ids) if found), "")
    if paper.doi:
        ids |= {normalise_id(paper.doi)[0]: None}
    # A record that nothing else names.
    work = _work(paper) if is_doi(paper.id) or paper.id.startswith("title:") else ""
    # Records of one id are of one paper, whatever else they tell, unless it is a DOI.
    told = (id for id in ids if id != paper.id)
    names = [
        Name(paper.id, author=work if is_doi(paper.id) else ""),
        *(Name(id, archive, 0, work) if is_doi(id) else Name(id) for id in told),
        *(Name(f"{CITED}{key}", CITED) for key in paper.cite_keys),
    ]
    return [*names, *_title_name(paper, archive)]


def meet(one: Name, other: Name) -> bool:
    """Whether two names of the same ``name`` mean that their records are of one paper."""
    if CITED in (one.archive, other.archive) or (one.archive and one.archive == other.archive):
        return False
    if is_doi(one.name):
        return not differ(one, other)
    if not one.author and not other.author:
        return True
    years = YEARS if "arxiv" in (one.archive, other.archive) else 1
    apart = abs(one.year - other.year)
    return apart <= years and not set(one.author.split()).isdisjoint(other.author.split())


def differ(one: Name, other: Name) -> bool:
    """Whether two records that name the same DOI are of two papers, as far as they tell."""
    authors, title = _parts(one)
    others, theirs = _parts(other)
    if not title or not theirs:
        return False
    if _NOTICE_MARK in title ^ theirs:
        return True
    shared = len(title & theirs) / len(title | theirs)
    if authors and others and authors.isdisjoint(others):
        return shared < _ALIKE
    shorter, longer = sorted((len(title), len(theirs)))
    telling = shorter > 1 and longer >= MIN_WORDS and bool(authors) == bool(others)
    return telling and not shared


def is_doi(id: str) -> bool:
    """Whether a normalised id is a DOI."""
    return id.startswith("10.")


def _parts(name: Name) -> tuple[set[str], set[str]]:
    """Words of the first author and of the title, as a name of a DOI has them."""
    author, _, title = name.author.partition("/")
    return set(author.split()), set(title.split())


def _work(paper: Paper) -> str:
    """By which records of one DOI are told apart: first author and title, in few words."""
    title = _TITLE_WORD.findall(fold(plain_title(paper.title)))[:_WORK_WORDS]
    mark = [_NOTICE_MARK] if is_notice(paper.title) else []
    author = _author_words(paper.authors[0]) if paper.authors else ""
    return f"{author}/{' '.join([*mark, *dict.fromkeys(title)])}" if title else ""


def _title_name(paper: Paper, archive: str) -> Iterator[Name]:
    title = _TITLE_WORD.findall(fold(plain_title(paper.title)))
    if len(title) < MIN_WORDS or _COMMON.fullmatch(" ".join(title)):
        return
    author = _author_words(paper.authors[0]) if paper.authors else ""
    if author and paper.date:
        digest = hashlib.blake2b(" ".join(title).encode(), digest_size=8).hexdigest()
        yield Name(f"~{digest}", archive, int(paper.date[:4]), author)


def _author_words(name: str) -> str:
    """The words of a name that are no initials; in one word where it has no other."""
    found = [word for word in words(name) if word not in _SUFFIX]
    return " ".join(sorted({word for word in found if len(word) > 1} or set(found)))
