"""Hugging Face's addresses, for ``huggingface_hub.HfApi(endpoint=...)`` as it is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import PlainTextResponse, Response

from api.http.routes import site
from api.http.routes.parameters import Options, Provider
from api.http.schemas import no_index, no_paper, own_faults, wrong_request
from api.http.shapes.huggingface import hf_entry, hf_markdown, hf_paper
from indexer.errors import UsageError
from search.browsing import days_before
from search.engine import Engine
from search.limits import MAX_DEPTH, MAX_QUESTION, MAX_VALUE

MAX_DAILY = 100
"""Papers in one list."""
FOUND = 120
"""Papers that answer a question where no limit is given."""
DAILY_TRENDING_DAYS = 7
"""Without a date, what was submitted so long before the newest paper can be trending."""

router = APIRouter(
    tags=["huggingface"],
    responses={
        "4XX": wrong_request("date, week and month: give only one of them", "/api/daily_papers"),
        503: no_index("/api/daily_papers"),
        **own_faults("/api/daily_papers"),
    },
)
_Id = Annotated[
    str, Path(min_length=1, max_length=MAX_VALUE, description="A paper's id, in any notation.")
]
_NO_PAPER: dict[int | str, dict[str, Any]] = {404: no_paper("/api/papers/2412.99999")}
_READ: dict[int | str, dict[str, Any]] = {
    **_NO_PAPER,
    200: {
        "description": "Markdown; a page where a paper's own id ends in `.md`.",
        "content": {
            kind: {"schema": {"type": "string"}} for kind in ("text/markdown", "text/html")
        },
    },
}
_Days = tuple[str, str]


@router.get("/api/papers/search")
def search(
    request: Request,
    provider: Provider,
    options: Options,
    q: Annotated[str, Query(max_length=MAX_QUESTION, description="A question.")] = "",
) -> list[dict[str, Any]]:
    """The papers that answer a question; without one, the newest daily papers."""
    engine = provider.engine()
    options = options.but(explain=False)  # their answers have no place for reasons
    if "limit" not in request.query_params:
        options = options.but(limit=FOUND)
    if q.strip():
        return [hf_entry(result.paper) for result in engine.search(q, options)]
    papers = engine.daily(limit=options.limit, offset=options.offset)
    return [hf_entry(paper) for paper in papers]


@router.get("/api/papers/{id:path}", responses=_NO_PAPER)
def paper(provider: Provider, id: _Id) -> dict[str, Any]:
    """One paper."""
    return hf_paper(provider.engine().paper(id))


@router.get("/papers/{id:path}.md", responses=_READ, response_class=Response)
def read(request: Request, provider: Provider, id: _Id) -> Response:
    """One paper as Markdown: title, authors, abstract; the index keeps no full texts."""
    paper, itself = provider.engine().lookup([id, f"{id}.md"])
    if itself and not paper:  # the address of the page of a paper whose own id ends like this
        return site.paper(request, provider, f"{id}.md")
    return PlainTextResponse(hf_markdown(provider.engine().paper(id)), media_type="text/markdown")


@router.get("/api/daily_papers")
def daily_papers(
    provider: Provider,
    date: Annotated[str, Query(max_length=10, description="A day, YYYY-MM-DD.")] = "",
    week: Annotated[str, Query(max_length=8, description="An ISO week, YYYY-Www.")] = "",
    month: Annotated[str, Query(max_length=7, description="A month, YYYY-MM.")] = "",
    submitter: Annotated[
        str, Query(max_length=MAX_VALUE, description="Refused: the index doesn't keep submitters.")
    ] = "",
    sort: Annotated[
        Literal["publishedAt", "trending"], Query(description="Newest, or most upvotes first.")
    ] = "publishedAt",
    p: Annotated[int, Query(ge=0, lt=MAX_DEPTH, description="Number of the page, from 0.")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_DAILY, description="Papers on a page.")] = 50,
) -> list[dict[str, Any]]:
    """The papers submitted to the daily list on a day, in a week or a month; else the newest."""
    if submitter:
        raise UsageError("submitter: the index doesn't keep who submitted a paper; leave it out")
    engine = provider.engine()
    first, last = _asked_days(date, week, month)
    if sort == "trending" and not first:
        first = _trending_since(engine)
    papers = engine.daily(
        first,
        last,
        sort="upvotes" if sort == "trending" else "newest",
        limit=limit,
        offset=p * limit,
    )
    return [hf_entry(paper) for paper in papers]


def _asked_days(day: str, week: str, month: str) -> _Days:
    """First and last day of what is asked for; empty where nothing is."""
    if sum(map(bool, (day, week, month))) > 1:
        raise UsageError("date, week and month: give only one of them")
    try:
        if day:
            return (date.fromisoformat(day).isoformat(),) * 2
        if week:
            monday = date.fromisoformat(f"{week}-1")
            return monday.isoformat(), (monday + timedelta(days=6)).isoformat()
        if month:
            return date.fromisoformat(f"{month}-01").isoformat(), f"{month}-31"
    except (ValueError, OverflowError):
        raise UsageError(
            f"{day or week or month}: not a date; write date=YYYY-MM-DD, week=YYYY-Www or "
            "month=YYYY-MM"
        ) from None
    return "", ""


def _trending_since(engine: Engine) -> str:
    newest = engine.daily(limit=1)
    if not newest or len(newest[0].submitted) < len("YYYY-MM-DD"):
        return ""
    return days_before(newest[0].submitted, DAILY_TRENDING_DAYS)
