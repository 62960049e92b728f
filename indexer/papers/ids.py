"""One id for one paper, however it is written.

arXiv ids lose their address, prefix, subject class and version (``2412.09645``,
``math/0309136``); addresses and DOIs in the ACL Anthology become its ids; other DOIs become bare
and lower case; addresses at OpenAlex, Semantic Scholar and PubMed become ``W2741809807``,
``corpusid:13756489``, ``pmid:29456894`` and the like; any other id stays as it is. Normalising
twice changes nothing.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote

from indexer.papers.folding import words

MAX_ID = 200
"""Characters of an id."""

ARCHIVE = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|"
    "comp-gas|cond-mat|cs|dg-ga|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|"
    "mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|physics|plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con"
)
"""Regular expression for arXiv's archives up to March 2007, when ids still began with them."""

_MONTH = r"\d\d(?:0[1-9]|1[0-2])"
_VERSION = r"(?:v([1-9]\d{0,3}))?"
_NEW = re.compile(rf"({_MONTH}\.\d{{4,5}}){_VERSION}", re.ASCII | re.IGNORECASE)
_OLD = re.compile(
    rf"({ARCHIVE})(?:\.[a-z-]+)?/({_MONTH}\d{{3}}){_VERSION}", re.ASCII | re.IGNORECASE
)
_PREFIX = re.compile(r"arxiv:\s*(\S+)(?:\s*\[[\w.-]+\])?", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?([a-z0-9.-]+)/([^?#]+)(?:[?#].*)?", re.ASCII | re.IGNORECASE
)
_ARXIV_HOSTS = ("arxiv.org", "alphaxiv.org", "ar5iv.org", "huggingface.co", "hf.co")
_ARXIV_PATH = re.compile(
    r"(?:abs|pdf|html|papers|overview|format|e-print|src)/(.+?)(?:\.pdf)?/?", re.IGNORECASE
)
_DOI = re.compile(r"(?:doi:?\s*)?(10\.\d{4,9}/\S+)(?: \[doi\])?", re.ASCII | re.IGNORECASE)
_LABEL = re.compile(r"doi(?::\s*|\s+)", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:amp;)*(lt|gt|amp|quot);", re.IGNORECASE)
"""Also one that was escaped several times."""
_TAIL = ".,;:'\"”’"
_OPENING = {")": "(", "]": "[", "}": "{"}
_ARXIV_DOI = "10.48550/arxiv."
_ACL = re.compile(r"[A-Z]\d\d-\d{4,5}|\d{4}\.[a-z0-9_]+-[a-z0-9_]+\.\d+", re.ASCII)
_ACL_DOI = re.compile(rf"10\.(?:18653|3115)/v1/({_ACL.pattern})", re.ASCII | re.IGNORECASE)
_ACL_PATH = re.compile(rf"(?:.*/)?({_ACL.pattern})(?:\.pdf|\.bib)?/?", re.ASCII)
_CENTRAL = re.compile(r"pmcid:\s*(?:pmc)?(\d{1,10})", re.ASCII | re.IGNORECASE)
_KINDS = re.compile(r"(corpusid|pmid|pmcid):\s*(\w{1,20})", re.ASCII | re.IGNORECASE)
_OPENALEX = re.compile(r"w\d{1,12}", re.ASCII | re.IGNORECASE)
_SCHOLAR = re.compile(r"paper/(?:.*/)?([0-9a-f]{40})/?", re.ASCII)
_PUBMED = re.compile(r"(?:pubmed/)?(\d{1,10})/?", re.ASCII)

Id = tuple[str, int | None]


@lru_cache(maxsize=1_000)  # a record tells the same one several times
def normalise_id(text: str) -> Id:
    """The id and arXiv version that ``text`` names.

    Raises:
        ValueError: ``text`` is empty, longer than 200 characters, or holds characters that
            can't be seen.
    """
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if len(text) > 10 * MAX_ID:
        raise ValueError(f"the id is longer than {MAX_ID} characters")
    host, path = _address(text)
    found = (
        _arxiv_at(host, path)
        or _arxiv(text)
        or _published(host, path, text)
        or _listed(host, path, text)
        or (text, None)
    )
    return _checked(found)


def leads_elsewhere(id: str) -> bool:
    """Whether a browser would read an id in an address as a way out of where papers are."""
    return not {".", ".."}.isdisjoint(id.replace("\\", "/").split("/"))


def archive_of(id: str) -> str:
    """``arxiv`` or ``acl`` for a normalised id of an archive that holds no paper twice."""
    if _NEW.fullmatch(id) or _OLD.fullmatch(id):
        return "arxiv"
    return "acl" if _ACL.fullmatch(id) else ""


def preference(id: str) -> tuple[int, str]:
    """A key that sorts the best of a paper's normalised ids to the front."""
    if archive := archive_of(id):
        return ("arxiv", "acl").index(archive), id
    return (2 if id.startswith("10.") else 4 if id.startswith("title:") else 3), id


def normalise_doi(text: str) -> str:
    """The bare, lower-case DOI that ``text`` names; raises ``ValueError`` when it names none."""
    text = " ".join(_visible(text).split())
    if len(text) > 10 * MAX_ID:
        raise ValueError("not a DOI")
    text = text[label.end() :] if (label := _LABEL.match(text)) else text
    host, path = _address(text)
    match = _DOI.fullmatch(_visible(unquote(path)) if _is_under(host, ("doi.org",)) else text)
    doi = _without_tail(_ENTITY.sub(_sign, match[1])) if match else ""
    if not doi or (match and doi != match[1] and not _DOI.fullmatch(doi)):
        raise ValueError("not a DOI")
    return _checked((unicodedata.normalize("NFC", doi.lower()), None))[0]


def _visible(text: str) -> str:
    """A text without the joiners, marks and breaks of no width that pages have in DOIs."""
    if text.isprintable():
        return text
    return "".join(sign for sign in text if unicodedata.category(sign) != "Cf")


def _sign(entity: re.Match[str]) -> str:
    return html.unescape(f"&{entity[1].lower()};")


def _without_tail(doi: str) -> str:
    """A DOI without what a sentence, a bracket around it or MEDLINE's note puts behind it."""
    if doi[-1].isalnum():
        return doi
    bare = doi.rstrip(_TAIL)
    while bare.endswith((")", "]", "}")) and bare.count(bare[-1]) > bare.count(_OPENING[bare[-1]]):
        bare = bare[:-1].rstrip(_TAIL)
    return bare


def title_id(title: str, author: str = "") -> str:
    """An id for a paper that has none: the same for titles and names of the same folded words."""
    folded = " ".join(words(f"{title} {author}")) or title
    digest = hashlib.blake2b(folded.encode("utf-8", "replace"), digest_size=8)
    return f"title:{digest.hexdigest()}"


def _checked(found: Id) -> Id:
    name = found[0]
    if not name:
        raise ValueError("the id is empty")
    if len(name) > MAX_ID:
        raise ValueError(f"the id is longer than {MAX_ID} characters")
    if not name.isprintable():
        raise ValueError("the id holds characters that can't be seen")
    return found


def _address(text: str) -> tuple[str, str]:
    """Host and path of a web address, with or without ``https://``; empty where it is none."""
    match = _ADDRESS.fullmatch(text)
    return (match[1].lower(), match[2]) if match else ("", "")


def _is_under(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def _arxiv_at(host: str, path: str) -> Id | None:
    if not _is_under(host, _ARXIV_HOSTS):
        return None
    match = _ARXIV_PATH.fullmatch(path)
    return _arxiv(match[1]) if match else None


def _arxiv(text: str) -> Id | None:
    """An arXiv id with or without prefix and version."""
    if match := _PREFIX.fullmatch(text):
        text = match[1]
    if match := _NEW.fullmatch(text):
        return match[1], int(match[2]) if match[2] else None
    if match := _OLD.fullmatch(text):
        return f"{match[1].lower()}/{match[2]}", int(match[3]) if match[3] else None
    return None


def _published(host: str, path: str, text: str) -> Id | None:
    """A DOI, arXiv's own included, or an address in the ACL Anthology."""
    if _is_under(host, ("aclanthology.org", "aclweb.org")):
        match = _ACL_PATH.fullmatch(path)
        return (match[1], None) if match else None
    if text[:4].lower() == "acl:" and _ACL.fullmatch(text[4:].strip()):
        return text[4:].strip(), None
    try:
        doi = normalise_doi(text)
    except ValueError:
        return None
    if match := _ACL_DOI.fullmatch(doi):
        # Until 2019 ids began with a letter, which DOIs may have in lower case.
        return match[1][:1].upper() + match[1][1:], None
    return (_arxiv(doi.removeprefix(_ARXIV_DOI)) if doi.startswith(_ARXIV_DOI) else None) or (
        doi,
        None,
    )


def _listed(host: str, path: str, text: str) -> Id | None:
    """Numbers of those that list papers of others: Semantic Scholar, OpenAlex, PubMed."""
    if match := _CENTRAL.fullmatch(text):
        return f"pmcid:PMC{match[1]}", None
    if match := _KINDS.fullmatch(path if _is_under(host, ("semanticscholar.org",)) else text):
        return f"{match[1].lower()}:{match[2]}", None
    if _is_under(host, ("openalex.org",)) and (match := _OPENALEX.fullmatch(path.split("/")[-1])):
        return match[0].upper(), None
    if _is_under(host, ("semanticscholar.org",)) and (match := _SCHOLAR.fullmatch(path)):
        return match[1], None
    if _is_under(host, ("ncbi.nlm.nih.gov",)) and (match := _PUBMED.fullmatch(path)):
        return f"pmid:{match[1]}", None
    return None
