"""A map of an index as one HTML file that asks no other host for anything."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import date
from typing import Any, Literal

import numpy as np
from markupsafe import Markup

from api.links import paper_path, web_address
from api.pages.data_block import data_block
from api.pages.template_engine import STATIC_FOLDER, page
from search.map.map import Heading, Map

Colour = Literal["category", "year"]
"""What points are coloured by."""
CLASSES = 10
"""Colours that can be told apart; what is rarer, or older, shares one more."""
REST, NONE = "other", "none"
_HIGHEST = 2**16 - 1


def map_page(drawn: Map, colour: Colour | None, *, served: bool = False) -> str:
    """The whole page, or file.

    Args:
        drawn: What it shows.
        colour: What points are coloured by at first; by default category, if most have one.
        served: It is a page of a service: papers lead to their pages there, regions to searches.
    """
    classes = {
        "category": _classes([_category(paper) for paper in drawn.papers]),
        "year": _classes([paper.date[:4] for paper in drawn.papers], newest=True),
    }
    style, script = (_asset(name) for name in ("map.css", "map.js"))
    return page(
        "map.html" if served else "map_file.html",
        policy=f"default-src 'none'; style-src {_hashed(style)}; script-src {_hashed(script)}; "
        "base-uri 'none'; form-action 'none'",
        style=style,
        script=script,
        data=_data(drawn, classes, served=served),
        served=served,
        made=date.today().isoformat(),
        classes=list(classes),
        colour=colour or _usual(drawn.papers),
        count=len(drawn.papers),
        total=drawn.total,
        regions=drawn.regions[min(1, len(drawn.regions) - 1)] if drawn.regions else (),
    )


def _category(paper: Heading) -> str:
    """The first, which is a paper's main one on arXiv."""
    return paper.categories[0] if paper.categories else ""


def _usual(papers: Sequence[Heading]) -> Colour:
    having = sum(1 for paper in papers if paper.categories)
    return "category" if 2 * having >= len(papers) else "year"


def _classes(values: Sequence[str], *, newest: bool = False) -> dict[str, Any]:
    """Names and sizes of at most :data:`CLASSES` classes and the rest, and the class of each."""
    counts = Counter(values)
    nothing = counts.pop("", 0)
    order = sorted(counts) if newest else sorted(counts, key=lambda one: (-counts[one], one))
    kept = order[-CLASSES:] if newest else order[:CLASSES]
    rest = f"before {kept[0]}" if newest and kept else REST
    numbers = {value: number for number, value in enumerate(kept)} | {"": len(kept) + 1}
    of_each = np.array([numbers.get(value, len(kept)) for value in values], np.uint8)
    sizes = [counts[value] for value in kept]
    return {
        "names": [*kept, rest, NONE],
        "sizes": [*sizes, len(values) - nothing - sum(sizes), nothing],
        "of": _packed(of_each),
        "ordered": newest,
    }


def _data(drawn: Map, classes: dict[str, Any], *, served: bool) -> Markup:
    """All that the script reads."""
    leads = [paper_path(paper.id) if served else web_address(paper.url) for paper in drawn.papers]
    bases, base_of, rests = _addresses(leads)
    return data_block(
        {
            "served": served,
            "titles": [paper.title or paper.id for paper in drawn.papers],
            "facts": _facts(drawn.papers),
            "bases": bases,
            "base": _packed(base_of),
            "rests": rests,
            "places": _packed(np.round(drawn.places * _HIGHEST).astype("<u2")),
            "classes": classes,
            "regions": [[astuple(region) for region in level] for level in drawn.regions],
        }
    )


def _facts(papers: Sequence[Heading]) -> list[str]:
    """What stands below a title: the day, and the categories."""
    return [" · ".join(filter(None, (p.date, " ".join(p.categories[:4])))) for p in papers]


def _addresses(urls: Iterable[str]) -> tuple[list[str], np.ndarray, list[str]]:
    """Beginnings of addresses, of which there are few; that of each, and the rest of each."""
    numbers: dict[str, int] = {"": 0}
    of_each, rests = [], []
    for url in urls:
        base, slash, rest = url.rpartition("/")
        known = numbers.setdefault(base + slash, len(numbers)) if len(numbers) < _HIGHEST else 0
        of_each.append(known)
        rests.append(rest if known else url)
    return list(numbers), np.array(of_each, "<u2"), rests


def _packed(numbers: np.ndarray) -> str:
    return base64.b64encode(numbers.tobytes()).decode()


def _asset(name: str) -> Markup:
    return Markup((STATIC_FOLDER / name).read_text(encoding="utf-8"))  # noqa: S704 - ours


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
