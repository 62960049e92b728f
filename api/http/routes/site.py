"""The pages for people: search at ``/``, papers, days, what is trending, the API explained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from api.http.routes.parameters import Options, Provider
from api.pages.examples import examples
from api.pages.form import SearchForm
from api.pages.neighbour_plot import MOST
from api.pages.render import (
    render_day,
    render_home,
    render_paper,
    render_picture,
    render_search,
    render_trending,
)
from api.pages.template_engine import STATIC_FOLDER, render
from indexer.errors import PaperNotFoundError
from indexer.papers.paper import Paper
from search.answer.answer import Answer
from search.browsing import checked_day
from search.engine import Engine
from search.limits import MAX_DEPTH, MAX_IDS, MAX_QUESTION, MAX_VALUE
from search.map.projection import Plane
from search.options import SearchOptions, given

_Ids = tuple[Annotated[str, Query(max_length=MAX_VALUE)], ...]
NEIGHBOURS = 12
"""On a paper's page, and in its picture."""
FIRST = 6
"""Papers of the newest day, and of what is trending, on the start page."""
DAILY = 25
"""Papers on a page of a day, or of what is trending."""

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


class _Asked(NamedTuple):
    """What results are to be near to: a question, or papers and a text."""

    q: str
    near: tuple[str, ...]
    far: tuple[str, ...]
    text: str

    def answer(self, engine: Engine, options: SearchOptions) -> Answer:
        """The papers nearest to it."""
        if self.q:
            return engine.search(self.q, options)
        return engine.similar(self.near, options, unlike=self.far, text=self.text)


def _asked(
    q: str = "",
    similar: Annotated[_Ids, Query(max_length=MAX_IDS)] = (),
    unlike: Annotated[_Ids, Query(alias="not", max_length=MAX_IDS)] = (),
    text: Annotated[str, Query(max_length=MAX_QUESTION)] = "",
) -> _Asked:
    return _Asked(q if q.strip() else "", given(similar), given(unlike), text.strip())


Asked = Annotated[_Asked, Depends(_asked)]


@router.get("/")
def home(request: Request, provider: Provider, options: Options, asked: Asked) -> Response:
    """The start page, or results if there is something to search for."""
    if clean := SearchForm.of(request).clean_address(request.url.query, options.offset):
        return RedirectResponse(clean)
    engine = provider.engine()
    if not any(asked):
        newest, liked = engine.liked(limit=FIRST), engine.trending(limit=2 * FIRST)
        others = tuple(paper for paper in liked.papers if paper not in newest.papers)[:FIRST]
        shown = examples(engine, liked.papers)
        return render_home(request, newest, replace(liked, papers=others), shown)
    # Words are marked on every page; the nearest sentence takes ten times as long.
    options = options.but(explain=options.explain or "words")
    answer = asked.answer(engine, options)
    named = () if asked.q else _named(engine, (*asked.near, *asked.far))
    return render_search(request, answer, {id: paper for id, paper in named if paper})


@router.get("/picture")
def picture(request: Request, provider: Provider, options: Options, asked: Asked) -> Response:
    """The results of a search as points, similar ones near each other."""
    if not any(asked):
        return RedirectResponse("/")
    engine = provider.engine()
    answer = asked.answer(engine, options)
    return render_picture(request, answer, _plane(engine, [one.paper for one in answer]))


def _named(engine: Engine, ids: Sequence[str]) -> Iterable[tuple[str, Paper | None]]:
    return zip(ids, engine.lookup(ids) if ids else (), strict=True)


@router.get("/papers/{id:path}")
def paper(
    request: Request,
    provider: Provider,
    id: Annotated[str, Path(min_length=1, max_length=MAX_VALUE)],
) -> HTMLResponse:
    """One paper, with its neighbours as a list and as a picture."""
    engine = provider.engine()
    found = engine.paper(id)
    neighbours = engine.similar([found.id], limit=NEIGHBOURS)
    papers = [found, *(result.paper for result in neighbours)]
    return render_paper(request, papers, neighbours, _plane(engine, papers))


def _plane(engine: Engine, papers: Sequence[Paper]) -> Plane | None:
    """Where papers lie; ``None`` where they are too few or too many to look at."""
    if not 2 < len(papers) <= MOST:
        return None
    try:
        return engine.plane([paper.id for paper in papers])
    except PaperNotFoundError:
        return None  # one was removed since it was found


@router.get("/daily")
def daily(
    provider: Provider,
    date: Annotated[str, Query(max_length=MAX_VALUE)] = "",
    offset: Annotated[int, Query(ge=0, le=MAX_DEPTH - DAILY)] = 0,
) -> HTMLResponse:
    """The papers of a day, those with most upvotes first; without a date, of the newest day."""
    day = checked_day(date)
    return render_day(provider.engine().liked(day, day, limit=DAILY, offset=offset))


@router.get("/trending")
def trending(
    provider: Provider, offset: Annotated[int, Query(ge=0, le=MAX_DEPTH - DAILY)] = 0
) -> HTMLResponse:
    """The papers of the last weeks of the index with most upvotes."""
    return render_trending(provider.engine().trending(limit=DAILY, offset=offset))


@router.get("/saved")
def saved() -> HTMLResponse:
    """The papers that the reader saved; a script reads them from the browser's storage."""
    return render("saved.html")


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """The OpenAPI document as a page that needs no script and no other host."""
    return render("docs.html", api=request.app.openapi())


@router.get("/favicon.{kind}", response_class=FileResponse)
def favicon(kind: Literal["svg", "ico"]) -> FileResponse:
    """The mark, where browsers look for it by themselves, too."""
    return FileResponse(STATIC_FOLDER / f"favicon.{kind}")
