"""Addresses that people may be sent to."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from indexer.papers.ids import archive_of
from indexer.papers.paper import Paper


def web_address(url: str) -> str:
    """``url`` if a browser may be sent there, else nothing: ``javascript:`` is an address too."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


def host_of(url: str) -> str:
    """Where an address leads to, in short."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def reading_places(paper: Paper) -> list[str]:
    """Addresses at which a paper can be read: the one it names, arXiv's, else its DOI's."""
    found = [web_address(paper.url)]
    if archive_of(paper.id) == "arxiv" and host_of(found[0]) != "arxiv.org":
        found.append(f"https://arxiv.org/abs/{paper.id}")
    if not any(found) and paper.doi:
        found.append(f"https://doi.org/{quote(paper.doi)}")
    return [address for address in found if address]
