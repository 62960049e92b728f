"""Addresses that people may be sent to."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from indexer.papers import fields
from indexer.papers.ids import archive_of, leads_elsewhere
from indexer.papers.paper import Paper


def web_address(url: str) -> str:
    """``url`` if a browser may be sent there, else nothing: ``javascript:`` is an address too."""
    is_web = url.lower().startswith(("http://", "https://"))
    return url if is_web and fields.host_of(url) else ""


def host_of(url: str) -> str:
    """Where an address leads to, in short; empty where people could read another host."""
    return fields.host_of(url).removeprefix("www.")


def paper_path(id: str) -> str:
    """Where a paper's page is; a search for an id that a browser would read as a way elsewhere."""
    return "/?" + urlencode({"q": id}) if leads_elsewhere(id) else "/papers/" + quote(id)


def reading_places(paper: Paper) -> list[str]:
    """Addresses at which a paper can be read: the one it names, arXiv's, else its DOI's."""
    found = [web_address(paper.url)]
    if archive_of(paper.id) == "arxiv" and host_of(found[0]) != "arxiv.org":
        found.append(f"https://arxiv.org/abs/{paper.id}")
    if not any(found) and paper.doi:
        found.append(f"https://doi.org/{quote(paper.doi)}")
    return [address for address in found if address]
