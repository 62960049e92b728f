"""``/api/v1/papers``: many papers by their ids, as JSON or for other programs.

Nothing is kept: reading lists are in people's browsers, which ask here to write them out.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict, Field

from api.exports.formats import FORMATS
from api.exports.names import ExportName
from api.http.known_options import StrictBody, known_options
from api.http.routes.parameters import Provider, exported
from api.http.schemas import (
    PAPER_EXAMPLE,
    PaperModel,
    example_response,
    no_index,
    no_paper,
    or_as_file,
    own_faults,
    unread_body,
    wrong_request,
)
from api.serialise import paper_json
from indexer.errors import PaperNotFoundError
from search.engine import Engine
from search.limits import MAX_IDS, MAX_LOOKUP, MAX_VALUE
from search.options import given

PATH = "/api/v1/papers"
_Format = Literal["json", ExportName]
_FORMAT = "JSON, or the papers in the format of another program."

router = APIRouter(
    tags=["papers"],
    dependencies=[Depends(known_options)],
    responses={
        **or_as_file(example_response([PAPER_EXAMPLE, None])),
        422: wrong_request("1200 papers asked for: at most 1000", PATH),
        404: no_paper(PATH),
        503: no_index(PATH),
        **own_faults(PATH),
    },
)
export_router = APIRouter(include_in_schema=False)
"""What forms on pages send, which work without scripts."""


class LookupRequest(StrictBody):
    """Which papers, and in which format."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"ids": ["1706.03762", "10.18653/v1/N19-1423"], "format": "bibtex"}]
        }
    )

    ids: list[Annotated[str, Field(max_length=MAX_VALUE)]] = Field(
        min_length=1, max_length=MAX_LOOKUP, description="Ids, DOIs or addresses, in any notation."
    )
    format: _Format = Field(default="json", description=_FORMAT)


@router.get(PATH, response_model=list[PaperModel | None])
def papers(
    provider: Provider,
    id: Annotated[
        tuple[Annotated[str, Query(max_length=MAX_VALUE)], ...],
        Query(
            max_length=MAX_IDS,
            description="A paper's id, in any notation; repeat it for several papers.",
            examples=["1706.03762"],
        ),
    ] = (),
    format: Annotated[_Format, Query(description=_FORMAT)] = "json",
) -> Any:  # noqa: ANN401 - checked against the model above, or a file
    """Papers by their ids, in this order; null for those that aren't in the index.

    In other formats these are left out.
    """
    return _papers(provider.engine(), list(given(id)), format)


@router.post(PATH, response_model=list[PaperModel | None], responses=unread_body(PATH))
def many_papers(provider: Provider, request: LookupRequest) -> Any:  # noqa: ANN401 - likewise
    """The same for more papers than an address can hold."""
    return _papers(provider.engine(), request.ids, request.format)


@export_router.get("/export")
def export(
    provider: Provider,
    similar: Annotated[
        tuple[Annotated[str, Query(max_length=MAX_VALUE)], ...], Query(max_length=MAX_IDS)
    ] = (),
    format: ExportName = "bibtex",
) -> Any:  # noqa: ANN401 - a file
    """The papers that a page was asked to find similar ones to, or that were selected on it."""
    return _papers(provider.engine(), list(given(similar)), format)


def _papers(engine: Engine, ids: list[str], format: _Format) -> Any:  # noqa: ANN401 - likewise
    found = engine.lookup(ids)
    if format == "json":
        return [paper_json(paper) if paper else None for paper in found]
    held = {paper.id: paper for paper in found if paper}
    if not held:
        raise PaperNotFoundError("none of these papers is in the index; look for titles instead")
    return exported(list(held.values()), FORMATS[format])
