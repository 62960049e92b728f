"""Answers and errors into HTML."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api.exports.formats import FORMATS
from api.links import host_of, web_address
from api.pages.bare_tex import typed
from api.pages.form import FIELDS, SearchForm, choice_label, label, placeholder
from api.pages.formulas import with_formulas
from api.pages.narrowing import narrowings, removals
from api.pages.neighbour_plot import plot
from api.wording import counted, reasons, understanding, written_date
from indexer.papers.paper import Paper
from search.answer.answer import Answer, Result
from search.answer.highlight import marked
from search.browsing import Liked
from search.limits import MAX_DEPTH
from search.map.projection import Plane
from search.options import SORTS

_FOLDER = Path(__file__).parent
STATIC_FOLDER = _FOLDER / "static"


def render(template: str, status: int = 200, **values: object) -> HTMLResponse:
    """A template filled in, as an answer."""
    return HTMLResponse(page(template, **values), status)


def page(template: str, **values: object) -> str:
    """A template filled in."""
    return _TEMPLATES.get_template(template).render(values)


def render_start(request: Request, liked: Liked) -> HTMLResponse:
    """The search page before any search, with some papers of the newest day."""
    form = SearchForm.of(request)
    return render("search.html", form=form, answer=None, error=None, liked=liked)


def render_search(request: Request, answer: Answer, plane: Plane | None) -> HTMLResponse:
    """The search page with an answer, and its results as a picture if there is a layout."""
    form = SearchForm.of(request)
    papers = [result.paper for result in answer]
    picture = plot(papers, plane, first=answer[0].rank) if plane else None
    around = _around(form, answer)
    return render("search.html", form=form, answer=answer, error=None, picture=picture, **around)


def render_paper(papers: Sequence[Paper], neighbours: Answer, plane: Plane | None) -> HTMLResponse:
    """A paper's page: the first of ``papers``, and the others as its neighbours."""
    picture = plot(papers, plane) if plane else None
    return render("paper.html", paper=papers[0], neighbours=neighbours, picture=picture)


def render_day(liked: Liked) -> HTMLResponse:
    """The papers of a day, with links to the days around it."""
    return render("daily.html", liked=liked, pages=_pages_of(f"/daily?date={liked.last}&", liked))


def render_trending(liked: Liked) -> HTMLResponse:
    """The papers of the last weeks that people like best."""
    return render("trending.html", liked=liked, pages=_pages_of("/trending?", liked))


def render_error(request: Request, *, status: int, title: str, detail: str) -> HTMLResponse:
    """The search page with what was typed, and the error."""
    error = {"title": title, "detail": detail}
    form = SearchForm.of(request)
    return render("search.html", status, form=form, answer=None, error=error)


def _around(form: SearchForm, answer: Answer) -> dict[str, Any]:
    """What the page shows beside the results: links, and how the question was read."""
    return {
        "pages": _pages(form, answer),
        "sorts": [(sort, form.but(sort=sort).address()) for sort in SORTS],
        "exports": _exports(form, answer),
        "removals": removals(form),
        "narrowings": narrowings(form, answer),
        "understood": understanding(answer.understood),
    }


def _pages_of(address: str, liked: Liked) -> dict[str, str]:
    """Likewise, of a list that has no form; ``address`` ends where ``offset`` may follow."""
    following = liked.offset + liked.limit
    more = following < min(liked.total, MAX_DEPTH - liked.limit)
    return {
        "previous": f"{address}offset={max(0, liked.offset - liked.limit)}" if liked.offset else "",
        "next": f"{address}offset={following}" if more else "",
    }


def _pages(form: SearchForm, answer: Answer) -> dict[str, str]:
    """Addresses of the pages before and after this one, empty where there is none."""
    following = answer.offset + answer.limit
    full = len(answer) == answer.limit
    more = full and following < answer.total and following + answer.limit <= MAX_DEPTH
    return {
        "previous": form.address(max(0, answer.offset - answer.limit)) if answer.offset else "",
        "next": form.address(following) if more else "",
    }


def _exports(form: SearchForm, answer: Answer) -> dict[str, str]:
    """Addresses of this page of results in other formats, by what people call them."""
    return {
        known.title: form.export_address(name, answer.offset) for name, known in FORMATS.items()
    }


def _paper_address(id: str) -> str:
    return "/papers/" + quote(id)


def _export_addresses(id: str) -> dict[str, str]:
    """Addresses of one paper in other formats."""
    base = f"/api/v1/papers/{quote(id)}?format="
    return {known.title: base + name for name, known in FORMATS.items()}


def _marked(result: Result, field: Literal["title", "abstract"]) -> Markup:
    """A title or an abstract with the matching words marked, where they are known."""
    text = result.paper.title if field == "title" else result.paper.abstract
    spans = result.why.get("highlights", {}).get(field, ())
    if whole := typed(text):
        spans = [one for one in spans if not any(a < one[1] and one[0] < b for a, b in whole)]
    # All of the text goes through `with_formulas`, which escapes it.
    return Markup(marked(text, spans, "<mark>", "</mark>", with_formulas))  # noqa: S704


def _similar_address(id: str) -> str:
    return SearchForm(similar=(id,), chosen={}).address()


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
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        bounds=_bounds,
        carried=_carried,
        capitalised=lambda text: text[:1].upper() + text[1:],
        marked=_marked,
        export_addresses=_export_addresses,
        host=host_of,
        paper_address=_paper_address,
        pretty_json=_pretty_json,
        reasons=reasons,
        similar_address=_similar_address,
        web_address=web_address,
        with_formulas=with_formulas,
        written_date=written_date,
    )
    environment.globals.update(
        choice_label=choice_label,
        counted=counted,
        fields=FIELDS,
        label=label,
        placeholder=placeholder,
    )
    return environment


_TEMPLATES = _templates()
