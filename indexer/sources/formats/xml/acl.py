"""The ACL Anthology's own XML: one file for each collection, volumes of papers in it.

Format: https://github.com/acl-org/acl-anthology/blob/master/data/xml/schema.rnc
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from indexer.errors import SourceError
from indexer.sources.reading.fragments import BadXMLError, Cutter, Fragment, parse_fragment
from indexer.sources.reading.raw import Bad, Raw

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_CUTTER = Cutter(("meta", "paper"), ("collection", "volume"))
_ID = re.compile(rb"""\sid=["']([^"'<>]{1,100})["']""")


@dataclass
class _Volume:
    """What the papers of a volume share."""

    collection: str = ""
    name: str = ""
    title: str = ""
    year: str = ""
    month: str = ""


def read_acl(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """One record for every ``<paper>``; one that is broken costs none but itself."""
    volume, found = _Volume(), False
    for fragment in _CUTTER.cut(stream):
        found = True
        if fragment.name == "paper":
            yield _paper(fragment, volume)
        elif fragment.name == "meta":
            _describe(volume, fragment)
        elif name := _ID.search(fragment.data):
            collection = (
                volume.collection
                if fragment.name == "volume"
                else name[1].decode("utf-8", "replace")
            )
            volume = _Volume(collection, name[1].decode("utf-8", "replace"))
    if not found:
        raise SourceError("no <paper> in it, as the ACL Anthology's XML has them")


def _describe(volume: _Volume, fragment: Fragment) -> None:
    """A volume whose description is broken still has its papers."""
    try:
        meta = parse_fragment(fragment.data)
    except BadXMLError:
        return
    volume.title, volume.year = _text(meta.find("booktitle")), _text(meta.find("year"))
    volume.month = _text(meta.find("month"))


def _paper(fragment: Fragment, volume: _Volume) -> Raw | Bad:
    if fragment.reason:
        return Bad(fragment.line, fragment.data, fragment.reason)
    try:
        paper = parse_fragment(fragment.data)
    except BadXMLError as error:
        return Bad(fragment.line, fragment.data, str(error))
    name, doi = _anthology_id(paper, volume), _text(paper.find("doi"))
    return Raw(
        fragment.line,
        fragment.data,
        {
            "id": name,
            "ids": [doi] if doi else [],
            "doi": doi,
            "title": _text(paper.find("title")),
            "abstract": _text(paper.find("abstract")),
            "authors": [_name(author) for author in paper.findall("author")],
            "date": _date(volume),
            "url": f"https://aclanthology.org/{name}" if name else None,
            "venue": volume.title,
            "retracted": paper.find("retracted") is not None,
        },
    )


def _date(volume: _Volume) -> str:
    """The volume's; of two months the first (``July–August``)."""
    month = re.split(r"[\W\d_]+", volume.month.strip())[0]
    return f"{month} {volume.year}" if month else volume.year


def _anthology_id(paper: Element, volume: _Volume) -> str | None:
    """``2020.acl-main.1``, or as until 2019 ``P19-1001`` and ``W19-0101``."""
    number = paper.get("id", "")
    if not (volume.collection and volume.name and number):
        return None
    if "." in volume.collection:
        return f"{volume.collection}-{volume.name}.{number}"
    if not (volume.name.isdecimal() and number.isdecimal()):
        return None
    letter, year = volume.collection[:1], volume.collection[1:]
    workshop = letter == "W" or volume.collection == "C69"
    if workshop or (letter == "D" and year == "19" and int(volume.name) >= 5):
        return f"{volume.collection}-{int(volume.name):02}{int(number):02}"
    return f"{volume.collection}-{int(volume.name)}{int(number):03}"


def _name(author: Element) -> str:
    parts = (author.find("first"), author.find("last"))
    return " ".join(text for part in parts if (text := _text(part))) or _text(author)


def _text(element: Element | None) -> str:
    """Text without its mark-up; formulas as LaTeX between dollars."""
    if element is None:
        return ""
    for formula in element.iter("tex-math"):
        formula.text = f"${formula.text or ''}$"
    return "".join(element.itertext()).strip()
