"""``/api/v1/suggest``: how a question may go on, while it is typed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from api.http.known_options import known_options
from api.http.routes.parameters import Provider
from api.http.schemas import (
    SUGGESTIONS_EXAMPLE,
    SuggestionsModel,
    example_response,
    no_index,
    own_faults,
    wrong_request,
)
from search.limits import MAX_QUESTION

PATH = "/api/v1/suggest"
KEPT_SECONDS = 60
"""How long a browser may show what it was told: letters are typed and taken back."""

router = APIRouter(prefix="/api/v1", dependencies=[Depends(known_options)])


@router.get(
    "/suggest",
    response_model=SuggestionsModel,
    tags=["search"],
    responses={
        **example_response(SUGGESTIONS_EXAMPLE),
        422: wrong_request("no option limit; there is q", PATH),
        503: no_index(PATH),
        **own_faults(PATH),
    },
)
def suggest(
    provider: Provider,
    response: Response,
    q: Annotated[
        str,
        Query(
            max_length=MAX_QUESTION,
            description="The beginning of a question. The last word may be unfinished; `au:`, "
            "`cat:`, `venue:` and `year:` at its end get their values.",
            examples=["retrieval augm"],
        ),
    ] = "",
) -> dict[str, Any]:
    """Titles, authors, what abbreviations stand for, and values of filters: up to 8."""
    response.headers["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    found = provider.engine().suggest(q)
    return {"query": q, "suggestions": [asdict(one) for one in found]}
