"""``/api/v1``: search, similar papers, one paper."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse

from api.exports.formats import Format
from api.field_selection import narrowed, narrowed_answer, require_json
from api.http.routes.parameters import (
    MAX_VALUE,
    AskedFields,
    AskedFormat,
    AskedPaperFields,
    AskedReranker,
    Chosen,
    Lazy,
    exported,
)
from api.http.schemas import (
    ANSWER_EXAMPLE,
    PAPER_EXAMPLE,
    AnswerModel,
    PaperModel,
    example_response,
    no_index,
    no_paper,
    wrong_request,
)
from api.selection import given
from api.serialise import answer_json, paper_json
from search.answer.answer import MAX_IDS, MAX_QUESTION, Answer

router = APIRouter(
    prefix="/api/v1",
    responses={
        422: wrong_request("limit: Input should be less than or equal to 1000", "/api/v1/search"),
        503: no_index("/api/v1/search"),
    },
)
_Ids = tuple[Annotated[str, Query(max_length=MAX_VALUE)], ...]
_NO_PAPER = no_paper("/api/v1/papers/2412.99999")
_ANSWER = example_response(ANSWER_EXAMPLE)
_PAPER = example_response(PAPER_EXAMPLE)


@router.get("/search", response_model=AnswerModel, tags=["search"], responses=_ANSWER)
def search(
    lazy: Lazy,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=MAX_QUESTION,
            description="A question in plain words; also an id, a title, an author, and "
            "ti: au: abs: cat: year:, quotes and a leading minus.",
            examples=["why do networks generalise long after they overfit"],
        ),
    ],
    chosen: Chosen,
    reranker: AskedReranker,
    asked: AskedFormat,
    fields: AskedFields,
) -> Any:  # noqa: ANN401 - checked against the model above, or a file
    """The papers that answer a question."""
    return _answered(lazy.engine().search(q, reranker=reranker, **chosen), asked, fields)


@router.get(
    "/similar", response_model=AnswerModel, tags=["search"], responses={**_ANSWER, 404: _NO_PAPER}
)
def similar(
    lazy: Lazy,
    chosen: Chosen,
    asked: AskedFormat,
    fields: AskedFields,
    id: Annotated[
        _Ids,
        Query(
            max_length=MAX_IDS,
            description="A paper's id, however it is written; repeat it for several papers.",
            examples=["1706.03762"],
        ),
    ] = (),
    unlike: Annotated[
        _Ids,
        Query(
            alias="not",
            max_length=MAX_IDS,
            description="Id of a paper to move away from; repeat it for several.",
            examples=["1810.04805"],
        ),
    ] = (),
    text: Annotated[
        str,
        Query(
            max_length=MAX_QUESTION,
            description="A paragraph, say an abstract, to be near to, beside papers or without.",
        ),
    ] = "",
) -> Any:  # noqa: ANN401 - likewise
    """The papers nearest to given papers, to a text, or to both; those named are left out."""
    answer = lazy.engine().similar(given(id), unlike=given(unlike), text=text.strip(), **chosen)
    return _answered(answer, asked, fields)


@router.get(
    "/papers/{id:path}",
    response_model=PaperModel,
    tags=["papers"],
    responses={**_PAPER, 404: _NO_PAPER},
)
def paper(
    lazy: Lazy,
    id: Annotated[
        str,
        Path(
            min_length=1,
            max_length=MAX_VALUE,
            description="A paper's id, however it is written; it may contain slashes.",
            examples=["1706.03762"],
        ),
    ],
    asked: AskedFormat,
    fields: AskedPaperFields,
) -> Any:  # noqa: ANN401 - likewise
    """One paper."""
    found = lazy.engine().paper(id)
    if asked:
        require_json(fields, asked.title)
        return exported([found], asked)
    if fields:  # not all of what the model promises
        return JSONResponse(narrowed(paper_json(found), fields))
    return paper_json(found)


def _answered(
    answer: Answer, asked: Format | None, fields: tuple[str, ...]
) -> Response | dict[str, Any]:
    """An answer as JSON, whole or with some fields, or its papers in another format."""
    if asked:
        require_json(fields, asked.title)
        return exported([result.paper for result in answer.results], asked)
    if fields:  # not all of what the model promises
        return JSONResponse(narrowed_answer(answer_json(answer), fields))
    return answer_json(answer)
