"""``POST /api/v1/search/batch``: many questions and papers in one request."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse
from pydantic import ConfigDict, Field, create_model

from api.field_selection import RESULT_FIELDS, narrowed_answer, parse_fields
from api.http.known_options import StrictBody, known_options
from api.http.problems import log_untold, problem_document
from api.http.routes.parameters import (
    Options,
    Provider,
    RequestedFields,
    described,
    value_type,
)
from api.http.schemas import AnswerModel, no_index, own_faults, unread_body, wrong_request
from api.option_fields import search_fields
from api.serialise import answer_over_http
from indexer.errors import NearpaperError, UsageError
from search.answer.answer import Answer
from search.limits import MAX_BATCH, MAX_VALUE

MAX_RESULTS = 20_000
"""Results in one response, some 40 MB with their abstracts."""
PATH = "/api/v1/search/batch"
ANSWER_SCHEMA = "urn:nearpaper:schema:answer:1"
"""Names the form of an answer; the number rises when a key changes its meaning or goes away."""

router = APIRouter(
    tags=["search"],
    dependencies=[Depends(known_options)],
    responses={
        422: wrong_request("0 questions and ids: give 1 to 1000", PATH),
        503: no_index(PATH),
        **own_faults(PATH),
    },
)


class QuestionsAndIds(StrictBody):
    """What to answer: each question, then for each id the papers similar to it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"questions": ["sparse attention"], "ids": ["1706.03762"], "limit": 5}]
        }
    )

    questions: list[str] = Field(
        default=[], max_length=MAX_BATCH, description="Each as `q` of /api/v1/search."
    )
    ids: list[Annotated[str, Field(max_length=MAX_VALUE)]] = Field(
        default=[],
        max_length=MAX_BATCH,
        description="Papers to find similar ones to; together with the questions at most "
        f"{MAX_BATCH}.",
    )
    fields: str = Field(
        default="",
        max_length=MAX_VALUE,
        description="Fields of the results, separated by commas; by default all.",
    )


if TYPE_CHECKING:
    BatchRequest = QuestionsAndIds
else:
    BatchRequest = create_model(
        "BatchRequest",
        __base__=QuestionsAndIds,
        __doc__=QuestionsAndIds.__doc__,
        **{
            one.name: (value_type(one), Field(default=one.default, **described(one)))
            for one in search_fields()
        },
    )


@router.post(PATH, response_model=dict[str, Any], responses=unread_body(PATH))
def batch(
    provider: Provider, options: Options, request: BatchRequest, fields: RequestedFields
) -> StreamingResponse:
    """An answer for each question, then for each id; a problem document where there is none.

    The answer is sent as it is made. Options count for all of them; one in the body overrides the
    same one in the address. A batch can't explain: only a single search takes `explain`.
    """
    own = request.model_dump(exclude_unset=True, exclude={"questions", "ids", "fields"})
    options = options.but(**own)
    if options.explain:
        raise UsageError("explain: not in a batch; use /api/v1/search")
    count = len(request.questions) + len(request.ids)
    if not 0 < count <= MAX_BATCH:
        raise UsageError(f"{count} questions and ids: give 1 to {MAX_BATCH}")
    if count * options.limit > MAX_RESULTS:
        raise UsageError(
            f"{count} × limit {options.limit} results: at most {MAX_RESULTS}; send several requests"
        )
    wanted = parse_fields(request.fields, RESULT_FIELDS) or fields
    # What fails for all of them fails before an answer begins.
    answers = provider.engine().answer_each(request.questions, request.ids, options)
    shapes = (_shape(answer, wanted) for answer in answers)
    return StreamingResponse(_pieces(shapes), media_type="application/json")


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


def _pieces(shapes: Iterable[dict[str, Any]]) -> Iterator[str]:
    """One JSON object with a list, an answer at a time: no more than one is held."""
    lead = '{"answers":['
    for shape in shapes:
        yield lead + json.dumps(shape, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        lead = ","
    yield "]}"


def _shape(answer: Answer | NearpaperError, fields: tuple[str, ...]) -> dict[str, Any]:
    if isinstance(answer, NearpaperError):
        log_untold(answer)
        return problem_document(answer, PATH)
    return narrowed_answer(answer_over_http(answer), fields)
