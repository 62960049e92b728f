"""The pages for people: search at ``/``, papers, days, what is trending, the API explained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse

from api.http.routes.parameters import MAX_VALUE, Chosen, Lazy
from api.pages.neighbour_plot import MOST
from api.pages.render import (
    render,
    render_day,
    render_paper,
    render_search,
    render_start,
    render_trending,
)
from api.selection import given
from indexer.errors import PaperNotFoundError
from indexer.papers.paper import Paper
from search.answer.answer import MAX_DEPTH, MAX_IDS
from search.browsing import TRENDING_DAYS, Liked, asked_day, days_before
from search.engine import Engine
from search.map.projection import Plane

_Ids = tuple[Annotated[str, Query(max_length=MAX_VALUE)], ...]
NEIGHBOURS = 12
"""On a paper's page, and in its picture."""
FIRST = 10
"""Papers of the newest day on the start page."""
DAILY = 25
"""Papers on a page of a day, or of what is trending."""

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/")
def home(
    request: Request,
    lazy: Lazy,
    chosen: Chosen,
    q: str = "",
    similar: Annotated[_Ids, Query(max_length=MAX_IDS)] = (),
    unlike: Annotated[_Ids, Query(alias="not", max_length=MAX_IDS)] = (),
) -> HTMLResponse:
    """The search form, with results when something is asked."""
    engine = lazy.engine()
    near, far = given(similar), given(unlike)
    # Words are marked on every page; the nearest sentence takes ten times as long.
    chosen["explain"] = chosen["explain"] or "words"
    if not (q.strip() or near or far):
        day = engine.days().newest
        liked = engine.liked(day, day, limit=FIRST) if day else Liked()
        return render_start(request, engine.papers, liked, day)
    answer = engine.search(q, **chosen) if q.strip() else engine.similar(near, unlike=far, **chosen)
    return render_search(request, answer, _plane(engine, [one.paper for one in answer.results]))


@router.get("/papers/{id:path}")
def paper(lazy: Lazy, id: Annotated[str, Path(min_length=1, max_length=MAX_VALUE)]) -> HTMLResponse:
    """One paper, with its neighbours as a list and as a picture."""
    engine = lazy.engine()
    found = engine.paper(id)
    neighbours = engine.similar([found.id], limit=NEIGHBOURS)
    papers = [found, *(result.paper for result in neighbours.results)]
    return render_paper(papers, neighbours, _plane(engine, papers))


def _plane(engine: Engine, papers: Sequence[Paper]) -> Plane | None:
    """Where papers lie; nothing where they are too few or too many to look at."""
    if not 2 < len(papers) <= MOST:
        return None
    try:
        return engine.plane([paper.id for paper in papers])
    except PaperNotFoundError:
        return None  # one has been taken out since it was found


@router.get("/daily")
def daily(
    lazy: Lazy,
    date: Annotated[str, Query(max_length=MAX_VALUE)] = "",
    offset: Annotated[int, Query(ge=0, le=MAX_DEPTH - DAILY)] = 0,
) -> HTMLResponse:
    """The papers of a day, those with most upvotes first; without a date, of the newest day."""
    engine = lazy.engine()
    day = asked_day(date) or engine.days().newest
    liked = engine.liked(day, day, limit=DAILY, offset=offset)
    return render_day(liked, day, engine.days(day))


@router.get("/trending")
def trending(
    lazy: Lazy, offset: Annotated[int, Query(ge=0, le=MAX_DEPTH - DAILY)] = 0
) -> HTMLResponse:
    """The papers of the last weeks of the index with most upvotes."""
    engine = lazy.engine()
    days = engine.days()
    since = days_before(days.newest, TRENDING_DAYS) if days.newest else ""
    liked = engine.liked(since, days.newest, limit=DAILY, offset=offset)
    return render_trending(liked, since, days)


@router.get("/saved")
def saved() -> HTMLResponse:
    """What the reader saved; a script fills it in from the browser's own memory."""
    return render("saved.html")


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """The OpenAPI document as a page that needs no script and no other host."""
    return render("docs.html", api=request.app.openapi())
