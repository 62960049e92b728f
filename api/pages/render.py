"""Answers and errors into HTML."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from search.answer import MAX_DEPTH, MAX_QUESTION, SORTS, Answer

_FOLDER = Path(__file__).parent
STATIC_FOLDER = _FOLDER / "static"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What the search form holds, and the address that asks it again."""

    q: str = ""
    similar: tuple[str, ...] = ()
    after: str = ""
    before: str = ""
    category: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    venue: tuple[str, ...] = ()
    sort: str = "relevance"
    limit: str = ""

    @classmethod
    def of(cls, request: Request) -> Form:
        """As the request filled it in."""
        asked = request.query_params

        def all_of(name: str) -> tuple[str, ...]:
            return tuple(value for value in asked.getlist(name) if value.strip())

        return cls(
            q=asked.get("q", "").strip()[:MAX_QUESTION],
            similar=all_of("similar"),
            after=asked.get("after", "").strip(),
            before=asked.get("before", "").strip(),
            category=all_of("category"),
            author=all_of("author"),
            venue=all_of("venue"),
            sort=asked.get("sort", "relevance"),
            limit=asked.get("limit", ""),
        )

    @property
    def filtered(self) -> bool:
        """Whether anything but the question is filled in."""
        return self != Form(q=self.q, similar=self.similar, limit=self.limit)

    def address(self, offset: int) -> str:
        """The page that starts at ``offset``, without what is empty or the default."""
        fields: dict[str, str | tuple[str, ...]] = {
            "q": self.q,
            "similar": () if self.q else self.similar,
            "after": self.after,
            "before": self.before,
            "category": self.category,
            "author": self.author,
            "venue": self.venue,
            "sort": "" if self.sort == "relevance" else self.sort,
            "limit": self.limit,
            "offset": str(offset or ""),
        }
        return "/?" + urlencode({name: v for name, v in fields.items() if v}, doseq=True)


def render(template: str, status: int = 200, **values: object) -> HTMLResponse:
    """A template filled in."""
    return HTMLResponse(_TEMPLATES.get_template(template).render(values), status)


def render_search(request: Request, answer: Answer | None, papers: int = 0) -> HTMLResponse:
    """The search page with an answer, or without one the start page."""
    form = Form.of(request)
    pages = _pages(form, answer) if answer else None
    return render("search.html", form=form, answer=answer, papers=papers, error=None, pages=pages)


def render_error(request: Request, *, status: int, title: str, detail: str) -> HTMLResponse:
    """The search page with what was typed, and what is wrong with it."""
    error = {"title": title, "detail": detail}
    form = Form.of(request)
    return render("search.html", status, form=form, answer=None, papers=0, error=error, pages=None)


def _pages(form: Form, answer: Answer) -> dict[str, str]:
    """Addresses of the pages before and after this one, empty where there is none."""
    following = answer.offset + len(answer.results)
    more = answer.results and following < answer.total and following + answer.limit <= MAX_DEPTH
    return {
        "previous": form.address(max(0, answer.offset - answer.limit)) if answer.offset else "",
        "next": form.address(following) if more else "",
    }


def _web_address(url: str) -> str:
    """``url`` if a browser may be sent there, else nothing: ``javascript:`` is an address too."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


def _similar_address(id: str) -> str:
    return Form(similar=(id,)).address(0)


def _bounds(schema: dict[str, Any]) -> str:
    """What JSON Schema says of a parameter's values, in words."""
    words = {
        "default": "{} by default",
        "minimum": "at least {}",
        "maximum": "at most {}",
        "maxLength": "at most {} characters",
        "maxItems": "at most {} of them",
    }
    given = [text.format(schema[key]) for key, text in words.items() if schema.get(key)]
    if "enum" in schema:
        given.append("one of " + ", ".join(schema["enum"]))
    return "; ".join(given)


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
        pretty_json=_pretty_json,
        similar_address=_similar_address,
        web_address=_web_address,
    )
    environment.globals.update(sorts=SORTS)
    return environment


_TEMPLATES = _templates()
