"""``/api/v1``: search, similar papers, one paper."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import JSONResponse

from api.exports.formats import ExportFormat
from api.field_selection import narrowed, narrowed_answer, require_json
from api.http.known_options import known_options
from api.http.routes.parameters import (
    Options,
    Provider,
    RequestedFields,
    RequestedFormat,
    RequestedPaperFields,
    RequestedReranker,
    exported,
)
from api.http.schemas import (
    ANSWER_EXAMPLE,
    PAPER_EXAMPLE,
    AnswerOrChosen,
    PaperOrChosen,
    example_response,
    no_index,
    no_paper,
    or_as_file,
    own_faults,
    wrong_request,
)
from api.serialise import answer_over_http, paper_json
from search.answer.answer import Answer
from search.limits import MAX_IDS, MAX_QUESTION, MAX_VALUE
from search.options import SearchOptions, given

router = APIRouter(
    prefix="/api/v1",
    dependencies=[Depends(known_options)],
    responses={
        422: wrong_request("limit: must be 1000 or less", "/api/v1/search"),
        503: no_index("/api/v1/search"),
        **own_faults("/api/v1/search"),
    },
)
_Ids = tuple[Annotated[str, Query(max_length=MAX_VALUE)], ...]
_NO_PAPER = no_paper("/api/v1/papers/2412.99999")
_ANSWER = or_as_file(example_response(ANSWER_EXAMPLE))
_PAPER = or_as_file(example_response(PAPER_EXAMPLE))


@router.get("/search", response_model=AnswerOrChosen, tags=["search"], responses=_ANSWER)
def search(
    provider: Provider,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=MAX_QUESTION,
            description="A question in plain words; also an id, a title, an author, and "
            "ti: au: abs: cat: venue: year:, quotes and a leading minus.",
            examples=["why do networks generalise long after they overfit"],
        ),
    ],
    options: Options,
    reranker: RequestedReranker,
    format: RequestedFormat,
    fields: RequestedFields,
) -> Any:  # noqa: ANN401 - checked against the model above, or a file
    """The papers that answer a question."""
    options = _explained(options, format, fields)
    return _answered(provider.engine().search(q, options, reranker=reranker), format, fields)


@router.get(
    "/similar",
    response_model=AnswerOrChosen,
    tags=["search"],
    responses={**_ANSWER, 404: _NO_PAPER},
)
def similar(
    provider: Provider,
    options: Options,
    format: RequestedFormat,
    fields: RequestedFields,
    id: Annotated[
        _Ids,
        Query(
            max_length=MAX_IDS,
            description="A paper's id, in any notation; repeat it for several papers.",
            examples=["1706.03762"],
        ),
    ] = (),
    unlike: Annotated[
        _Ids,
        Query(
            alias="not",
            max_length=MAX_IDS,
            description="Id of a paper to move away from; repeat it for several papers.",
            examples=["1810.04805"],
        ),
    ] = (),
    text: Annotated[
        str,
        Query(
            max_length=MAX_QUESTION,
            description="A text, such as an abstract, to find similar papers to.",
        ),
    ] = "",
) -> Any:  # noqa: ANN401 - likewise
    """The papers nearest to given papers, to a text, or to both; without the papers given."""
    options = _explained(options, format, fields)
    answer = provider.engine().similar(given(id), options, unlike=given(unlike), text=text.strip())
    return _answered(answer, format, fields)


@router.get(
    "/papers/{id:path}",
    response_model=PaperOrChosen,
    tags=["papers"],
    responses={**_PAPER, 404: _NO_PAPER},
)
def paper(
    provider: Provider,
    id: Annotated[
        str,
        Path(
            min_length=1,
            max_length=MAX_VALUE,
            description="A paper's id, in any notation; it may contain slashes.",
            examples=["1706.03762"],
        ),
    ],
    format: RequestedFormat,
    fields: RequestedPaperFields,
) -> Any:  # noqa: ANN401 - likewise
    """One paper."""
    found = provider.engine().paper(id)
    if format:
        require_json(fields, format.title)
        return exported([found], format)
    if fields:  # not all of what the model promises
        return JSONResponse(narrowed(paper_json(found), fields))
    return paper_json(found)


def _explained(
    options: SearchOptions, format: ExportFormat | None, fields: tuple[str, ...]
) -> SearchOptions:
    """Without reasons where the answer has no place for them."""
    shown = not format and (not fields or "why" in fields)
    return options if shown else options.but(explain=False)


def _answered(
    answer: Answer, format: ExportFormat | None, fields: tuple[str, ...]
) -> Response | dict[str, Any]:
    """An answer as JSON, whole or with some fields, or its papers in another format."""
    if format:
        require_json(fields, format.title)
        return exported([result.paper for result in answer], format)
    if fields:  # not all of what the model promises
        return JSONResponse(narrowed_answer(answer_over_http(answer), fields))
    return answer_over_http(answer)
