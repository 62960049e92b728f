"""What the routes read from a request, and within which bounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import Depends, Query, Request, Response

from api.exports.formats import FORMATS, ExportName, Format
from api.field_selection import PAPER_FIELDS, RESULT_FIELDS, asked_fields
from api.http.lazy_engine import LazyEngine
from api.selection import Selection, selection
from indexer.errors import UsageError
from indexer.papers.paper import Paper
from search.answer.answer import MAX_DEPTH, MAX_LIMIT, Mode, Sort
from search.query.filters import MAX_VALUES
from search.ranking.rerank import Reranker

MAX_VALUE = 500
"""Characters of an id or of a filter's value; the longest DOIs and names are shorter."""
MAX_EXPLAINED = 100
"""Results in one answer with reasons; the sentences of each abstract are encoded for them."""

_Text = Annotated[str, Query(max_length=MAX_VALUE)]
_DATE = "YYYY, YYYY-MM or YYYY-MM-DD, inclusive."


async def chosen(
    mode: Annotated[
        Mode, Query(description="By meaning and words together, by meaning, or by words.")
    ] = "hybrid",
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Results in the answer.")] = 10,
    offset: Annotated[
        int,
        Query(
            ge=0,
            le=MAX_DEPTH - 1,
            description=f"Results passed over; with limit at most {MAX_DEPTH}.",
        ),
    ] = 0,
    after: Annotated[
        str, Query(max_length=MAX_VALUE, description=f"First date: {_DATE}", examples=["2023-11"])
    ] = "",
    before: Annotated[
        str, Query(max_length=MAX_VALUE, description=f"Last date: {_DATE}", examples=["2024"])
    ] = "",
    category: Annotated[
        tuple[_Text, ...],
        Query(
            max_length=MAX_VALUES,
            description="A category or a whole archive; repeat it for any of several.",
            examples=["cs.CL"],
        ),
    ] = (),
    author: Annotated[
        tuple[_Text, ...],
        Query(
            max_length=MAX_VALUES,
            description="Words of a name; repeat it for any of several.",
            examples=["bengio"],
        ),
    ] = (),
    venue: Annotated[
        tuple[_Text, ...],
        Query(
            max_length=MAX_VALUES,
            description="Words of a venue's name; repeat it for any of several.",
            examples=["NeurIPS"],
        ),
    ] = (),
    sort: Annotated[Sort, Query(description="Order of the results.")] = "relevance",
    min_score: Annotated[
        float, Query(ge=0, le=1, description="Leave out what scores less, 0 to 1.")
    ] = 0.0,
    explain: Annotated[
        bool,
        Query(description=f"Say why each result is where it is; with limit up to {MAX_EXPLAINED}."),
    ] = False,
) -> Selection:
    """How to search, filters, order and page."""
    if explain and limit > MAX_EXPLAINED:
        raise UsageError(f"limit {limit}: at most {MAX_EXPLAINED} with explain")
    return selection(
        after=after,
        before=before,
        category=category,
        author=author,
        venue=venue,
        mode=mode,
        sort=sort,
        limit=limit,
        offset=offset,
        min_score=min_score,
        explain=explain,
    )


async def lazy_engine(request: Request) -> LazyEngine:
    """The engine behind the service."""
    lazy: LazyEngine = request.app.state.engine
    return lazy


async def asked_reranker(
    request: Request,
    rerank: Annotated[
        bool,
        Query(
            description="Read the first results again with a cross-encoder, which takes seconds; "
            "only where the service was started with --rerank."
        ),
    ] = False,
) -> Reranker | None:
    """The service's reranker, if the request asks for it."""
    reranker: Reranker | None = request.app.state.reranker
    if rerank and reranker is None:
        raise UsageError("rerank: this service has none; start it with `serve --rerank MODEL`")
    return reranker if rerank else None


async def asked_format(
    format: Annotated[
        Literal["json", ExportName],
        Query(description="The answer as JSON, or its papers in the format of another program."),
    ] = "json",
) -> Format | None:
    """The format that papers are to be exported in, if any."""
    return None if format == "json" else FORMATS[format]


async def chosen_fields(
    fields: Annotated[
        str,
        Query(
            max_length=MAX_VALUE,
            description="Fields of the results, with commas between; all without it. With it the "
            "answer has no facets.",
            examples=["rank,id,title"],
        ),
    ] = "",
) -> tuple[str, ...]:
    """The fields that results are to have; all where none are named."""
    return asked_fields(fields, RESULT_FIELDS)


async def chosen_paper_fields(
    fields: Annotated[
        str,
        Query(
            max_length=MAX_VALUE,
            description="Fields of the paper, with commas between; all without it.",
            examples=["id,title"],
        ),
    ] = "",
) -> tuple[str, ...]:
    """The fields that a paper is to have; all where none are named."""
    return asked_fields(fields, PAPER_FIELDS)


def exported(papers: Sequence[Paper], asked: Format) -> Response:
    """Papers as a file to keep, named after what is in it."""
    name = f"papers.{asked.suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(asked.write(papers), headers=headers, media_type=asked.media_type)


Chosen = Annotated[Selection, Depends(chosen)]
Lazy = Annotated[LazyEngine, Depends(lazy_engine)]
AskedFormat = Annotated[Format | None, Depends(asked_format)]
AskedFields = Annotated[tuple[str, ...], Depends(chosen_fields)]
AskedPaperFields = Annotated[tuple[str, ...], Depends(chosen_paper_fields)]
AskedReranker = Annotated[Reranker | None, Depends(asked_reranker)]
