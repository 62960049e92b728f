"""What the routes read from a request, and within which bounds.

The options of a search are built from the fields of :class:`~search.options.SearchOptions`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import Parameter, Signature
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request, Response

from api.exports.formats import FORMATS, ExportFormat
from api.exports.names import ExportName
from api.field_selection import PAPER_FIELDS, RESULT_FIELDS, parse_fields
from api.http.engine_provider import EngineProvider
from api.option_fields import SearchField, chosen_options, search_fields
from indexer.errors import UsageError
from indexer.papers.paper import Paper
from search.limits import MAX_VALUE, MAX_VALUES
from search.options import SearchOptions
from search.ranking.rerank import Reranker

MAX_EXPLAINED = 100
"""Results in one answer with reasons; the sentences of each abstract are encoded for them."""
NOTES: Mapping[str, str] = {"explain": f" Takes a limit of up to {MAX_EXPLAINED}."}
"""What to add to the help of an option over HTTP."""


def described(field: SearchField) -> dict[str, Any]:
    """Description, bounds and examples of a field, as FastAPI and pydantic take them."""
    bounds: dict[str, Any] = {}
    if field.repeatable:
        bounds["max_length"] = MAX_VALUES
    elif field.type is str:
        bounds["max_length"] = MAX_VALUE
    elif field.type is not bool and not field.choices:
        bounds.update(ge=field.option.least, le=field.option.most)
    if field.option.examples:
        bounds["examples"] = list(field.option.examples)
    return {"description": field.option.help + NOTES.get(field.name, ""), **bounds}


def value_type(field: SearchField) -> Any:  # noqa: ANN401 - a type
    """The type of a field's value, in a query or a body."""
    if not field.repeatable:
        return field.type
    return list[Annotated[str, Query(max_length=MAX_VALUE)]]


def checked_options(values: Mapping[str, Any]) -> SearchOptions:
    """What was chosen, within the bounds of the service; raises ``UsageError``."""
    options = chosen_options(values)
    if options.explain and options.limit > MAX_EXPLAINED:
        raise UsageError(f"limit {options.limit}: at most {MAX_EXPLAINED} with explain")
    return options


async def search_options(**values: Any) -> SearchOptions:  # noqa: ANN401 - as the fields are
    """How to search: mode, filters, sorting and paging."""
    return checked_options(values)


vars(search_options).update(
    __signature__=Signature(
        [
            Parameter(
                field.name,
                Parameter.KEYWORD_ONLY,
                default=field.default,
                annotation=Annotated[value_type(field), Query(**described(field))],
            )
            for field in search_fields()
        ]
    )
)


async def engine_provider(request: Request) -> EngineProvider:
    """The engine behind the service."""
    provider: EngineProvider = request.app.state.engine
    return provider


async def requested_reranker(
    request: Request,
    rerank: Annotated[
        bool,
        Query(
            description="Rerank the top results with a cross-encoder, which takes seconds; only "
            "where the service was started with --rerank."
        ),
    ] = False,
) -> Reranker | None:
    """The service's reranker, if the request asks for it."""
    reranker: Reranker | None = request.app.state.reranker
    if rerank and reranker is None:
        raise UsageError("rerank: this service has none; start it with `serve --rerank MODEL`")
    return reranker if rerank else None


async def requested_format(
    format: Annotated[
        Literal["json", ExportName],
        Query(description="JSON, or the papers alone in the format of another program."),
    ] = "json",
) -> ExportFormat | None:
    """The format to export papers in, if any."""
    return None if format == "json" else FORMATS[format]


async def requested_fields(
    fields: Annotated[
        str,
        Query(
            max_length=MAX_VALUE,
            description="Fields of the results, separated by commas; by default all. With it the "
            "answer has no facets.",
            examples=["rank,id,title"],
        ),
    ] = "",
) -> tuple[str, ...]:
    """The fields that results are to have; all where none are named."""
    return parse_fields(fields, RESULT_FIELDS)


async def requested_paper_fields(
    fields: Annotated[
        str,
        Query(
            max_length=MAX_VALUE,
            description="Fields of the paper, separated by commas; by default all.",
            examples=["id,title"],
        ),
    ] = "",
) -> tuple[str, ...]:
    """The fields that a paper is to have; all where none are named."""
    return parse_fields(fields, PAPER_FIELDS)


def exported(papers: Sequence[Paper], format: ExportFormat) -> Response:
    """Papers as a file to keep, named after what is in it."""
    name = f"papers.{format.suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(format.write(papers), headers=headers, media_type=format.media_type)


Options = Annotated[SearchOptions, Depends(search_options)]
Provider = Annotated[EngineProvider, Depends(engine_provider)]
RequestedFormat = Annotated[ExportFormat | None, Depends(requested_format)]
RequestedFields = Annotated[tuple[str, ...], Depends(requested_fields)]
RequestedPaperFields = Annotated[tuple[str, ...], Depends(requested_paper_fields)]
RequestedReranker = Annotated[Reranker | None, Depends(requested_reranker)]
