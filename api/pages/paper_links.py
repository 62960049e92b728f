"""Where a paper can be read and what belongs to it: addresses by its ids and from its abstract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit

from api.exports.kinds import arxiv_id
from api.links import host_of, web_address
from indexer.papers.paper import Paper

_CODE_HOSTS = frozenset(
    ("github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "anonymous.4open.science")
)
_ADDRESS = re.compile(
    r"https?://[^\s<>\"'{}|\\^`$]{4,300}|(?<![\w/.@])(?:www\.)?(?:github|gitlab)\.com/[\w./-]{3,200}",
    re.IGNORECASE,
)
_ENDS = ".,;:!?)]*_~-/"
"""Signs of the sentence around an address, and those by which equal addresses differ."""
_MOST = 5
"""Addresses of one abstract that are looked at."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says, and where it leads."""

    text: str
    address: str


def paper_links(paper: Paper) -> list[Link]:
    """All of them: the text first, then its page, code, project and DOI; none twice."""
    arxiv = quote(arxiv_id(paper))
    page = web_address(paper.url)
    found = [
        *([Link("PDF", f"https://arxiv.org/pdf/{arxiv}")] if arxiv else ()),
        *([Link("HTML", f"https://arxiv.org/html/{arxiv}")] if arxiv else ()),
        *([Link("arXiv", f"https://arxiv.org/abs/{arxiv}")] if arxiv else ()),
        *([Link(host_of(page), page)] if page and not _is_arxivs(page, arxiv) else ()),
        *_named(paper.abstract),
        *([Link("DOI", f"https://doi.org/{quote(paper.doi)}")] if paper.doi else ()),
    ]
    kept: dict[str, Link] = {}
    for link in found:
        kept.setdefault(link.address.rstrip(_ENDS).lower(), link)
    return list(kept.values())


def _is_arxivs(page: str, arxiv: str) -> bool:
    return bool(arxiv) and host_of(page) in ("arxiv.org", "export.arxiv.org")


@lru_cache(maxsize=2_000)
def card_links(paper: Paper) -> list[Link]:
    """Those for a list: where the paper is read, and its code or else its project's page."""
    links = paper_links(paper)
    own = next((link for link in links if link.text not in ("Code", "Project")), None)
    work = [link for name in ("Code", "Project") for link in links if link.text == name]
    return [*([own] if own else ()), *work[:1]]


def _named(abstract: str) -> Iterator[Link]:
    """The first code and the first project that an abstract gives the address of."""
    given: set[str] = set()
    for match in list(_ADDRESS.finditer(abstract))[:_MOST]:
        text = match[0].rstrip(_ENDS)
        address = web_address(text if "://" in text else f"https://{text}")
        kind = _kind(address)
        if kind and kind not in given:
            given.add(kind)
            yield Link(kind, address)


def _kind(address: str) -> str:
    """``Code``, ``Project``, or nothing for what is neither."""
    if not address:
        return ""
    host, path = host_of(address), urlsplit(address).path.strip("/")
    if host in _CODE_HOSTS:
        return "Code" if path else ""
    return "" if host in ("arxiv.org", "doi.org") else "Project"
