"""``/feed.atom``: any search as a feed to follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from hashlib import blake2b
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response

from api.http.routes.parameters import Options, Provider
from api.http.schemas import no_index, own_faults, wrong_request
from api.http.shapes.atom import MEDIA_TYPE, feed
from search.engine import Engine
from search.limits import MAX_QUESTION

ENTRIES = 50
"""Papers in a feed by default."""

router = APIRouter(
    tags=["feeds"],
    responses={
        "4XX": wrong_request("q: must be given", "/feed.atom"),
        503: no_index("/feed.atom"),
        **own_faults("/feed.atom"),
    },
)


_HEADERS = {
    "ETag": {
        "description": "Changes with the index and with the day; missing without the model.",
        "schema": {"type": "string"},
    },
    "Cache-Control": {
        "description": "Ask again; with keys, let no shared cache keep it.",
        "schema": {"enum": ["no-cache", "private, no-cache"]},
    },
}


@router.get(
    "/feed.atom",
    response_class=Response,
    responses={
        200: {"description": "Success.", "content": {MEDIA_TYPE: {}}, "headers": _HEADERS},
        304: {"description": "Not changed.", "content": {}, "headers": _HEADERS},
    },
)
def atom(
    request: Request,
    provider: Provider,
    options: Options,
    q: Annotated[str, Query(min_length=1, max_length=MAX_QUESTION, description="A question.")],
    if_none_match: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """The papers that are close to a question, newest first, as an Atom feed."""
    engine, given = provider.engine(), request.query_params
    options = options.but(explain=False)  # a feed has no place for reasons
    tag = _tag(engine, str(request.url))
    headers = {"ETag": f"W/{tag}", "Cache-Control": "no-cache"}
    if _names(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    if "sort" not in given:
        options = options.but(sort="newest")
    if "limit" not in given:
        options = options.but(limit=ENTRIES)
    answer = engine.search(q, options)
    close = replace(answer, results=tuple(result for result in answer if result.close))
    address = str(request.url.remove_query_params("token"))
    content = feed(close, title=answer.query, address=address)
    if answer.understood["mode"] != options.mode:  # the model may be back soon
        del headers["ETag"]
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


def _tag(engine: Engine, address: str) -> str:
    """Changes with the index, also for another in its place, with what is asked, and each day.

    A question may count from today, as "last month" does.
    """
    state = f"{engine.fingerprint} {date.today()} {address}".encode("utf-8", "replace")
    return f'"{engine.generation}-{blake2b(state, digest_size=8).hexdigest()}"'


def _names(if_none_match: str, tag: str) -> bool:
    """Whether a client has what the tag stands for; compared weakly, RFC 9110, 13.1.2."""
    known = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return tag in known or known == ["*"]
