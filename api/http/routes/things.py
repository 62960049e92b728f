"""The pages of authors, venues, categories and years, each also as a feed and as a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
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
_Year = Annotated[str, Query(pattern=r"^([0-9]{4})?$")]
_Offset = Annotated[int, Query(ge=0, le=MAX_DEPTH - SHOWN)]
_Format = Literal["", "atom"] | ExportName


@dataclass(frozen=True, slots=True)
class _Part:
    """Which of the papers of a thing are asked for, and as what."""

    sort: Sort
    offset: int
    format: _Format


async def _part(sort: Sort = "newest", offset: _Offset = 0, format: _Format = "") -> _Part:
    return _Part(sort, offset, format)


_Asked = Annotated[_Part, Depends(_part)]


@router.get("/authors")
def author(
    request: Request, provider: Provider, name: _Name, part: _Asked, year: _Year = ""
) -> Response:
    """The papers of an author; whoever bears the same name is among them."""
    thing = Thing("author", name.strip() or name)
    return _answered(request, provider.engine(), thing, part, year)


@router.get("/venues")
def venue(
    request: Request, provider: Provider, name: _Name, part: _Asked, year: _Year = ""
) -> Response:
    """The papers of a journal or conference."""
    thing = Thing("venue", name.strip() or name)
    return _answered(request, provider.engine(), thing, part, year)


@router.get("/categories/{category:path}")
def category(
    request: Request,
    provider: Provider,
    category: Annotated[str, Path(min_length=1, max_length=MAX_VALUE)],
    part: _Asked,
    year: _Year = "",
) -> Response:
    """The papers of a category such as ``cs.CL``, or of a whole archive such as ``cs``."""
    return _answered(request, provider.engine(), Thing("category", category), part, year)


@router.get("/years/{year}")
def year(
    request: Request,
    provider: Provider,
    year: Annotated[str, Path(pattern=r"^[0-9]{4}$")],
    part: _Asked,
) -> Response:
    """The papers of a year."""
    return _answered(request, provider.engine(), Thing("year", year), part)


def _answered(
    request: Request, engine: Engine, thing: Thing, part: _Part, year: str = ""
) -> Response:
    """The papers of a thing as a page, a feed or a file."""
    limit = KEPT if part.format else SHOWN
    options = thing.options(sort=part.sort, offset=part.offset, limit=limit, year=year)
    answer = engine.browse(options)
    if part.format == "atom":
        address = str(request.url.remove_query_params("token"))
        return Response(feed(answer, title=thing.name, address=address), media_type=MEDIA_TYPE)
    if part.format:
        return exported([result.paper for result in answer], FORMATS[part.format])
    counts = answer.facets["year"]
    if year or thing.kind == "year":  # the picture shows the other years, too
        plain = {} if thing.kind == "year" else {thing.kind: thing.name}
        counts = engine.browse(sort="newest", limit=1, **plain).facets["year"]  # type: ignore[arg-type]
    return render_thing(thing, answer, counts)
