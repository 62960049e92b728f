"""``POST /api/v1/search/batch``: many questions and papers in one request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.field_selection import narrowed_answer
from api.http.problems import problem_document
from api.http.routes.parameters import MAX_VALUE, AskedFields, Chosen, Lazy
from api.http.schemas import AnswerModel, no_index, wrong_request
from api.selection import Selection
from api.serialise import answer_json
from indexer.errors import NearpaperError, UsageError
from search.answer.answer import MAX_BATCH, Answer
from search.engine import Engine

MAX_RESULTS = 20_000
"""Results in one response, some 40 MB with their abstracts."""
PATH = "/api/v1/search/batch"
ANSWER_SCHEMA = "urn:nearpaper:schema:answer:1"
"""Names the form of an answer; the number rises when a key changes its meaning or goes away."""

router = APIRouter(
    tags=["search"],
    responses={
        422: wrong_request("0 questions and ids: give 1 to 1000", PATH),
        503: no_index(PATH),
    },
)


class BatchRequest(BaseModel):
    """What to answer: each question, then for each id the papers similar to it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"questions": ["sparse attention"], "ids": ["1706.03762"]}]}
    )

    questions: list[str] = Field(
        default=[], max_length=MAX_BATCH, description="Each as `q` of /api/v1/search."
    )
    ids: list[Annotated[str, Field(max_length=MAX_VALUE)]] = Field(
        default=[],
        max_length=MAX_BATCH,
        description=f"Papers whose neighbours are wanted; with the questions at most {MAX_BATCH}.",
    )


@router.post(PATH)
def batch(
    lazy: Lazy,
    chosen: Chosen,
    asked: BatchRequest,
    fields: AskedFields,
) -> dict[str, Any]:
    """An answer for each question, then for each id; a problem document where there is none."""
    count = len(asked.questions) + len(asked.ids)
    if not 0 < count <= MAX_BATCH:
        raise UsageError(f"{count} questions and ids: give 1 to {MAX_BATCH}")
    if count * chosen["limit"] > MAX_RESULTS:
        raise UsageError(
            f"{count} × limit {chosen['limit']} results: at most {MAX_RESULTS}; ask in parts"
        )
    if chosen["explain"]:
        raise UsageError("explain: not for many at once; ask /api/v1/search")
    answers = answered(lazy.engine(), asked.questions, asked.ids, chosen)
    return {"answers": [_shape(answer, fields) for answer in answers]}


@router.get("/api/v1/schema")
def schema() -> dict[str, Any]:
    """The JSON Schema of an answer."""
    return answer_schema()


def answer_schema() -> dict[str, Any]:
    """The JSON Schema of an answer, with its name and version as ``$id``."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ANSWER_SCHEMA,
        **AnswerModel.model_json_schema(),
    }


def answered(
    engine: Engine, questions: list[str], ids: list[str], chosen: Selection
) -> Iterator[Answer | NearpaperError]:
    """Answers to questions and to ids, in this order; what is wrong where there is none."""
    yield from engine.search_many(questions, **chosen)
    yield from engine.similar_many(ids, **chosen)


def _shape(answer: Answer | NearpaperError, fields: tuple[str, ...]) -> dict[str, Any]:
    if isinstance(answer, NearpaperError):
        return problem_document(answer, PATH)
    return narrowed_answer(answer_json(answer), fields)
