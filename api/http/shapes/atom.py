"""An answer as an Atom feed (RFC 4287)."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin

from lxml import etree

from api.http.shapes.dates import first_day
from api.links import paper_path, web_address
from indexer.papers.paper import Paper
from search.answer.answer import Answer

MEDIA_TYPE = "application/atom+xml"
_NAMESPACE = "http://www.w3.org/2005/Atom"
_NEVER = "1970-01-01T00:00:00Z"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def feed(answer: Answer, *, title: str, address: str) -> bytes:
    """The results in their order, as a document at ``address``; ``title`` says of what."""
    root = etree.Element(f"{{{_NAMESPACE}}}feed", nsmap={None: _NAMESPACE})
    _add(root, "id", address)
    _add(root, "title", f"nearpaper: {title}")
    _add(root, "updated", max((_updated(one.paper) for one in answer.results), default=_NEVER))
    _add(root, "link", rel="self", type=MEDIA_TYPE, href=address)
    _add(root, "generator", "nearpaper")
    for result in answer.results:
        _entry(root, result.paper, address)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _entry(root: etree._Element, paper: Paper, address: str) -> None:
    entry = etree.SubElement(root, f"{{{_NAMESPACE}}}entry")
    _add(entry, "id", f"urn:nearpaper:paper:{quote(paper.id, safe=':/.')}")
    _add(entry, "title", paper.title or paper.id)
    _add(entry, "updated", _updated(paper))
    if paper.date:
        _add(entry, "published", _moment(paper.date))
    for name in paper.authors or ("unknown",):
        _add(_add(entry, "author"), "name", name)
    # An entry without content needs a place to be read at.
    url = web_address(paper.url) or urljoin(address, paper_path(paper.id))
    _add(entry, "link", rel="alternate", href=quote(url, safe=":/?#[]@!$&'()*+,;=%~"))
    for category in paper.categories:
        _add(entry, "category", term=category)
    if paper.retracted:
        _add(entry, "category", term="retracted")
    _add(entry, "summary", paper.abstract)


def _add(
    parent: etree._Element, name: str, text: str | None = None, **attributes: str
) -> etree._Element:
    element = etree.SubElement(parent, f"{{{_NAMESPACE}}}{name}")
    for key, value in attributes.items():
        element.set(key, _NOT_XML.sub(" ", value))
    if text is not None:
        element.text = _NOT_XML.sub(" ", text)
    return element


def _updated(paper: Paper) -> str:
    """When a source last told something new, else the date."""
    if paper.harvested:
        return paper.harvested.replace("+00:00", "Z")
    return _moment(paper.date) if paper.date else _NEVER


def _moment(date: str) -> str:
    return f"{first_day(date)}T00:00:00Z"
