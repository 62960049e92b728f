"""The pages for people: search at ``/``, the API explained at ``/docs``."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.pages.render import render, render_search
from api.routes.parameters import MAX_VALUE, Chosen, Lazy
from api.selection import given
from search.answer import MAX_IDS

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/")
def home(
    request: Request,
    lazy: Lazy,
    chosen: Chosen,
    q: str = "",
    similar: Annotated[
        tuple[Annotated[str, Query(max_length=MAX_VALUE)], ...], Query(max_length=MAX_IDS)
    ] = (),
) -> HTMLResponse:
    """The search form, with results when something is asked."""
    engine = lazy.engine()
    ids = given(similar)
    # Words are marked on every page; the nearest sentence takes ten times as long.
    chosen["explain"] = chosen["explain"] or "words"
    if q.strip():
        return render_search(request, engine.search(q, **chosen))
    if ids:
        return render_search(request, engine.similar(ids, **chosen))
    return render_search(request, None, papers=engine.papers)


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """The OpenAPI document as a page that needs no script and no other host."""
    return render("docs.html", api=request.app.openapi())
