"""Pages of OAI-PMH, as archives answer ``ListRecords`` and ``GetRecord``.

Read are arXiv's own metadata (``metadataPrefix=arXiv``) and Dublin Core (``oai_dc``), which every
OAI-PMH server has. The protocol: https://www.openarchives.org/OAI/openarchivesprotocol.html
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from indexer.sources.formats.identifiers import doi_of
from indexer.sources.reading.raw import Bad, Gone, Raw
from indexer.sources.reading.xml_stream import BrokenXMLError, elements, source_of, text_at

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_ARXIV = "{http://arxiv.org/OAI/arXiv/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_RECORD, _TOKEN, _ERROR = (f"{_OAI}{name}" for name in ("record", "resumptionToken", "error"))
_ARXIV_PREFIX = "oai:arXiv.org:"


@dataclass(frozen=True, slots=True, kw_only=True)
class OaiPage:
    """One whole answer.

    Attributes:
        items: Its records.
        marks: Identifier and datestamp of each record, in the answer's order.
        token: To ask for the next page with; empty on the last.
        total: How many records the whole list holds, ``None`` where the server doesn't say.
        errors: By code, such as ``noRecordsMatch`` or ``badResumptionToken``, what the server says.
    """

    items: tuple[Raw | Bad | Gone, ...]
    marks: tuple[tuple[str, str], ...]
    token: str
    total: int | None
    errors: Mapping[str, str]


def read_oai_pmh(stream: BinaryIO) -> Iterator[Raw | Bad | Gone]:
    """One item for every record of a saved page; those before a mistake in the XML count."""
    try:
        for element in elements(stream, _RECORD):
            yield _item(element)
    except BrokenXMLError as error:
        yield Bad(1, "", f"{error}; the rest was not read")


def parse_oai_pmh(body: bytes) -> OaiPage:
    """An answer as a whole; raises ``BrokenXMLError`` where any of it can't be read."""
    items, marks, errors = [], [], {}
    token, total = "", None
    for element in elements(io.BytesIO(body), _RECORD, _TOKEN, _ERROR):
        if element.tag == _RECORD:
            items.append(_item(element))
            marks.append((_header(element, "identifier"), _header(element, "datestamp")))
        elif element.tag == _TOKEN:
            token, total = (element.text or "").strip(), _size(element)
        else:
            errors[element.get("code", "error")] = (element.text or "").strip()
    if not (items or errors or token):
        raise BrokenXMLError("no OAI-PMH answer: neither records nor an error in it")
    return OaiPage(items=tuple(items), marks=tuple(marks), token=token, total=total, errors=errors)


def _item(record: Element) -> Raw | Bad | Gone:
    line, text = record.sourceline or 1, source_of(record)
    name = _header(record, "identifier").removeprefix(_ARXIV_PREFIX)
    header = record.find(f"{_OAI}header")
    if header is not None and header.get("status") == "deleted":
        return Gone(line, text, name)
    if (arxiv := record.find(f"{_OAI}metadata/{_ARXIV}arXiv")) is not None:
        return Raw(line, text, _arxiv_fields(arxiv))
    if (core := record.find(f"{_OAI}metadata/*/{_DC}title/..")) is not None:
        return Raw(line, text, _core_fields(core, name))
    return Bad(line, text, "metadata in no format that is read; ask for arXiv or oai_dc")


def _header(record: Element, name: str) -> str:
    return text_at(record, f"{_OAI}header/{_OAI}{name}")


def _arxiv_fields(paper: Element) -> Mapping[str, object]:
    """``created`` is the day of the first version; ``comments`` is a remark, not a number."""
    name = text_at(paper, f"{_ARXIV}id")
    return {
        "id": name,
        "title": text_at(paper, f"{_ARXIV}title"),
        "abstract": text_at(paper, f"{_ARXIV}abstract"),
        "authors": [_name(author) for author in paper.iterfind(f"{_ARXIV}authors/{_ARXIV}author")],
        "date": text_at(paper, f"{_ARXIV}created"),
        "categories": text_at(paper, f"{_ARXIV}categories").split(),
        "venue": text_at(paper, f"{_ARXIV}journal-ref"),
        "doi": text_at(paper, f"{_ARXIV}doi").partition(" ")[0],
        "licence": text_at(paper, f"{_ARXIV}license"),
        "url": f"https://arxiv.org/abs/{name}" if name else None,
    }


def _name(author: Element) -> str:
    parts = (text_at(author, f"{_ARXIV}{part}") for part in ("forenames", "keyname", "suffix"))
    return " ".join(part for part in parts if part)


def _core_fields(core: Element, name: str) -> Mapping[str, object]:
    """Dublin Core says everything at most vaguely: the first of each, but for authors."""
    links = _texts(core, "identifier")
    return {
        "id": name,
        "title": text_at(core, f"{_DC}title"),
        "abstract": max(_texts(core, "description"), key=len, default=""),
        "authors": _texts(core, "creator"),
        "date": min(_texts(core, "date"), default=""),
        "url": next((link for link in links if link.startswith("http")), None),
        "doi": next(filter(None, map(doi_of, links)), None),
        "categories": _texts(core, "subject"),
        "licence": text_at(core, f"{_DC}rights"),
    }


def _texts(core: Element, name: str) -> list[str]:
    texts = ((element.text or "").strip() for element in core.iterfind(f"{_DC}{name}"))
    return [text for text in texts if text]


def _size(token: Element) -> int | None:
    digits = token.get("completeListSize", "")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 12 else None
