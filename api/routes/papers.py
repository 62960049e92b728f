"""``/api/v1``: search, similar papers, one paper."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api.models import (
    ANSWER_EXAMPLE,
    PAPER_EXAMPLE,
    AnswerModel,
    PaperModel,
    example_response,
    problem_response,
)
from api.routes.parameters import MAX_VALUE, Chosen, Lazy
from api.serialise import answer_json, paper_json
from search.answer import MAX_IDS, MAX_QUESTION

router = APIRouter(
    prefix="/api/v1",
    responses={
        422: problem_response("The request can't be carried out as it is worded."),
        503: problem_response("There is no index, or it can't be used."),
    },
)
_NO_PAPER = problem_response("The index holds no such paper.")
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
            description="A question in plain words.",
            examples=["why do networks generalise long after they overfit"],
        ),
    ],
    chosen: Chosen,
) -> dict[str, Any]:
    """The papers nearest to a question."""
    return answer_json(lazy.engine().search(q, **chosen))


@router.get(
    "/similar", response_model=AnswerModel, tags=["search"], responses={**_ANSWER, 404: _NO_PAPER}
)
def similar(
    lazy: Lazy,
    id: Annotated[
        list[Annotated[str, Query(max_length=MAX_VALUE)]],
        Query(
            min_length=1,
            max_length=MAX_IDS,
            description="A paper's id, however it is written; repeat it for several papers.",
            examples=["1706.03762"],
        ),
    ],
    chosen: Chosen,
) -> dict[str, Any]:
    """The papers nearest to given papers, which are left out themselves."""
    return answer_json(lazy.engine().similar(id, **chosen))


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
) -> dict[str, Any]:
    """One paper."""
    return paper_json(lazy.engine().paper(id))
