"""The pages of authors, venues, categories and years, each also as a feed and as a file."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.exports.formats import FORMATS
from api.exports.names import ExportName
from api.http.routes.parameters import Provider, exported
from api.http.shapes.atom import MEDIA_TYPE, feed
from api.pages.render import render_thing
from api.pages.things import Sort, Thing
from search.engine import Engine
from search.limits import MAX_DEPTH, MAX_VALUE

SHOWN = 25
"""Papers on a page."""
KEPT = 100
"""Papers in a file or a feed."""

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_Name = Annotated[str, Query(min_length=1, max_length=MAX_VALUE)]
_Year = Annotated[str, Query(pattern=r"^(\d{4})?$")]
_Offset = Annotated[int, Query(ge=0, le=MAX_DEPTH - KEPT)]
_Format = Literal["", "atom"] | ExportName


@router.get("/authors")
def author(
    request: Request,
    provider: Provider,
    name: _Name,
    sort: Sort = "newest",
    year: _Year = "",
    offset: _Offset = 0,
    format: _Format = "",
) -> Response:
    """The papers of an author; whoever bears the same name is among them."""
    engine, thing = provider.engine(), Thing("author", name.strip() or name)
    return _answered(request, engine, thing, sort, year, offset, format)


@router.get("/venues")
def venue(
    request: Request,
    provider: Provider,
    name: _Name,
    sort: Sort = "newest",
    year: _Year = "",
    offset: _Offset = 0,
    format: _Format = "",
) -> Response:
    """The papers of a journal or conference."""
    engine, thing = provider.engine(), Thing("venue", name.strip() or name)
    return _answered(request, engine, thing, sort, year, offset, format)


@router.get("/categories/{category}")
def category(
    request: Request,
    provider: Provider,
    category: Annotated[str, Path(min_length=1, max_length=MAX_VALUE)],
    sort: Sort = "newest",
    year: _Year = "",
    offset: _Offset = 0,
    format: _Format = "",
) -> Response:
    """The papers of a category such as ``cs.CL``, or of a whole archive such as ``cs``."""
    engine, thing = provider.engine(), Thing("category", category)
    return _answered(request, engine, thing, sort, year, offset, format)


@router.get("/years/{year}")
def year(
    request: Request,
    provider: Provider,
    year: Annotated[str, Path(pattern=r"^\d{4}$")],
    sort: Sort = "newest",
    offset: _Offset = 0,
    format: _Format = "",
) -> Response:
    """The papers of a year."""
    engine, thing = provider.engine(), Thing("year", year)
    return _answered(request, engine, thing, sort, "", offset, format)


def _answered(
    request: Request,
    engine: Engine,
    thing: Thing,
    sort: Sort,
    year: str,
    offset: int,
    format: _Format,
) -> Response:
    """The papers of a thing as a page, a feed or a file."""
    limit = KEPT if format else SHOWN
    answer = engine.browse(thing.options(sort=sort, offset=offset, limit=limit, year=year))
    if format == "atom":
        return Response(feed(answer, address=str(request.url)), media_type=MEDIA_TYPE)
    if format:
        return exported([result.paper for result in answer], FORMATS[format])
    counts = answer.facets["year"]
    if year or thing.kind == "year":  # the picture shows the other years, too
        plain = {} if thing.kind == "year" else {thing.kind: thing.name}
        counts = engine.browse(sort="newest", limit=1, **plain).facets["year"]  # type: ignore[arg-type]
    return render_thing(thing, answer, counts)
