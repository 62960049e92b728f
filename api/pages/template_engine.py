"""Templates filled in, and what they may call."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, quote_plus

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api.exports.bibtex import bibtex
from api.exports.embedded import citation_tags, coins, scholarly_article, summary
from api.exports.formats import FORMATS
from api.exports.kinds import arxiv_id
from api.links import paper_path
from api.pages.bare_tex import has_tex, untorn
from api.pages.data_block import data_block
from api.pages.following import digest_lines, lost_in_digest
from api.pages.form import FIELDS, choice_label, label, placeholder
from api.pages.formulas import with_formulas
from api.pages.paper_links import card_links, paper_links
from api.pages.things import thing_address
from api.pages.try_out import input_of, operations
from api.wording import counted, reasons, short_date
from indexer.papers.paper import Paper
from search.answer.answer import Result
from search.answer.highlight import Span, marked

_FOLDER = Path(__file__).parent
STATIC_FOLDER = _FOLDER / "static"
SIGNED_IN: ContextVar[bool] = ContextVar("signed_in", default=False)
"""Whether whoever looks at the page has a cookie, and so can sign out."""
_INDENTED = re.compile(r"\n\s+<")
"""White space before a tag at the beginning of a line: one line break means the same. Text that is
shown as it is written holds no tags."""


def render(template: str, status: int = 200, **values: object) -> HTMLResponse:
    """A template filled in, as an answer."""
    return HTMLResponse(_INDENTED.sub("\n<", page(template, **values)), status)


def page(template: str, **values: object) -> str:
    """A template filled in."""
    return _TEMPLATES.get_template(template).render(values)


def _export_addresses(id: str) -> dict[str, str]:
    """Addresses of one paper in other formats."""
    base = f"/api/v1/papers/{quote(id)}?format="
    return {known.title: base + name for name, known in FORMATS.items()}


def _marked(result: Result, field: Literal["title", "abstract"], part: str = "") -> Markup:
    """A title or an abstract with its rare matched words marked, where they are known.

    Of an abstract also the part before the sentence that an excerpt begins with, or from it on.
    """
    text = result.paper.title if field == "title" else result.paper.abstract
    printed = result.excerpt.title if field == "title" else result.excerpt.abstract
    spans = untorn(text, printed)
    if part:
        start = result.excerpt.start
        shift, text = (0, text[:start]) if part == "before" else (start, text[start:])
        spans = [(a - shift, b - shift) for a, b in spans if 0 <= a - shift < len(text)]
    # All of the text goes through `with_formulas`, which escapes it.
    return Markup(marked(text, _joined(text, spans), "<mark>", "</mark>", with_formulas))  # noqa: S704


def _joined(text: str, spans: Iterable[Span]) -> list[Span]:
    """Marked words with no more than a space between them as one mark."""
    found: list[Span] = []
    for start, end in spans:
        if found and text[found[-1][1] : start] in ("", " "):
            start = found.pop()[0]
        found.append((start, end))
    return found


def _arxiv_named(paper: Paper) -> str:
    """What people call a paper by its id: ``arXiv 1706.03762``."""
    return f"arXiv {paper.id}" if arxiv_id(paper) == paper.id else paper.id


def _bibtex(paper: Paper) -> str:
    return bibtex([paper])


def _ranks(why: Mapping[str, Any]) -> Iterator[str]:
    """Why a result ranks where it does; its words are marked where they stand."""
    return reasons({**why, "words": ()})


def _similar_address(id: str) -> str:
    return "/?similar=" + quote_plus(id)


def _bounds(schema: dict[str, Any]) -> str:
    """What JSON Schema says about a parameter's values, in words."""
    schema = {**schema, **schema.get("anyOf", [{}])[0]}  # the other one is null
    words = {
        "default": "{} by default",
        "minimum": "at least {}",
        "maximum": "at most {}",
        "maxLength": "at most {} characters",
        "maxItems": "at most {} values",
    }
    given = [text.format(schema[key]) for key, text in words.items() if schema.get(key)]
    if "enum" in schema:
        given.append("one of " + ", ".join(schema["enum"]))
    return "; ".join(given)


def _carried(operation: dict[str, Any], api: dict[str, Any]) -> dict[str, Any]:
    """The schema of an operation's body, which stands elsewhere in an OpenAPI document."""
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schema: dict[str, Any] = api["components"]["schemas"][reference.rpartition("/")[2]]
    return schema


def _pretty_json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        bibtex=_bibtex,
        card_links=card_links,
        thing_address=thing_address,
        paper_links=paper_links,
        short_date=short_date,
        called=_arxiv_named,
        bounds=_bounds,
        carried=_carried,
        capitalised=lambda text: text[:1].upper() + text[1:],
        marked=_marked,
        export_addresses=_export_addresses,
        paper_address=paper_path,
        pretty_json=_pretty_json,
        ranks=_ranks,
        similar_address=_similar_address,
        with_formulas=with_formulas,
        citation_tags=citation_tags,
        has_tex=has_tex,
        coins=coins,
        data_block=data_block,
        digest_lines=digest_lines,
        input_of=input_of,
        lost_in_digest=lost_in_digest,
        operations=operations,
        scholarly_article=scholarly_article,
        summary=summary,
    )
    environment.globals.update(
        choice_label=choice_label,
        counted=counted,
        fields=FIELDS,
        label=label,
        placeholder=placeholder,
        signed_in=SIGNED_IN.get,
    )
    return environment


_TEMPLATES = _templates()
