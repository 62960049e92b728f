"""The shapes that the HTTP API promises, for OpenAPI and as a check on what leaves."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.exports.formats import FORMATS
from api.http.problems import Problem, http_problem_document, problem_document
from indexer.errors import (
    IndexNotFoundError,
    NearpaperError,
    PaperNotFoundError,
    StorageError,
    UsageError,
)

# Without nulls: FastAPI leaves those out of the OpenAPI document.
PAPER_EXAMPLE: dict[str, Any] = {
    "id": "1706.03762",
    "title": "Attention Is All You Need",
    "abstract": "Translates with a network that is built from attention alone.",
    "authors": ["Ashish Vaswani", "Noam Shazeer"],
    "author_count": 8,
    "date": "2017-06-12",
    "url": "https://arxiv.org/abs/1706.03762",
    "categories": ["cs.CL", "cs.LG"],
    "venue": "NeurIPS 2017",
    "upvotes": 120,
    "comments": 3,
    "version": 7,
    "doi": "10.48550/arxiv.1706.03762",
    "sources": ["papers"],
    "submitted": "2023-12-01",
    "listed": "2017-06-13",
    "licence": "CC0-1.0",
    "ids": ["10.5555/3295222.3295349", "W2626778328"],
    "cite_keys": ["vaswani2017attention"],
    "retracted": False,
    "harvested": "2026-05-04T03:02:01+00:00",
}
_WHY: dict[str, Any] = {
    "dense": {"rank": 1, "score": 0.61},
    "lexical": {"rank": 2, "score": 21.7},
    "words": ["Attention", "Translates"],
    "sentence": {
        "text": "Translates with a network that is built from attention alone.",
        "score": 0.72,
    },
    "highlights": {"title": [[0, 9]], "abstract": [[0, 10], [45, 54]]},
}
_RESULT: dict[str, Any] = {
    "rank": 1,
    **PAPER_EXAMPLE,
    "score": 0.861,
    "close": True,
    "why": _WHY,
    "folded": ["10.5555/3295222.3295349"],
}
ANSWER_EXAMPLE: dict[str, Any] = {
    "query": "papers on translation with attention alone year:2017",
    "understood": {
        "text": "translation with attention alone",
        "filters": [{"after": "2017", "before": "2017"}],
        "taken_off": "papers on",
        "mode": "hybrid",
        "sort": "relevance",
    },
    "total": 9877,
    "close": 48,
    "limit": 10,
    "offset": 0,
    "facets": {
        "year": {"2017": 9877},
        "category": {"cs.CL": 2310, "cs.LG": 1987},
        "author": {"Ashish Vaswani": 4},
        "venue": {"NeurIPS 2017": 679},
    },
    "results": [_RESULT],
    "generation": 3,
    "took_ms": 2.5,
    "warnings": [],
}

SUGGESTIONS_EXAMPLE: dict[str, Any] = {
    "query": "attention is al",
    "suggestions": [
        {
            "kind": "title",
            "text": "Attention Is All You Need",
            "question": "Attention Is All You Need",
            "id": "1706.03762",
        }
    ],
}


class PaperModel(BaseModel):
    """One paper. Unknown values are null, or an empty list."""

    id: str = Field(description="Normalised id; arXiv papers have their arXiv id.")
    title: str
    abstract: str | None
    authors: list[str] = Field(description="Names as printed, in the paper's order.")
    author_count: int | None = Field(
        description="Number of authors, where the source only counts them."
    )
    date: str | None = Field(description="First publication: YYYY, YYYY-MM or YYYY-MM-DD.")
    url: str | None
    categories: list[str] = Field(description="The primary one first.")
    venue: str | None
    upvotes: int | None
    comments: int | None
    version: int | None
    doi: str | None
    sources: list[str] = Field(description="Names of the sources that contain the paper.")
    submitted: str | None = Field(description="Day of submission to a list of papers.")
    listed: str | None = Field(description="Day of listing by an archive.")
    licence: str | None = Field(description="Licence of the record.")
    ids: list[str] = Field(description="Other ids of the paper, which find it, too.")
    cite_keys: list[str] = Field(description="What libraries cite it by; these find it, too.")
    retracted: bool = Field(description="Whether a source says that it was retracted.")
    harvested: str | None = Field(description="When a source last changed the record, in UTC.")


Chosen = Annotated[dict[str, Any], Field(description="With fields: these alone.")]
_WHOLE_FIRST = Field(union_mode="left_to_right")
PaperOrChosen = Annotated[PaperModel | Chosen, _WHOLE_FIRST]


class SuggestionModel(BaseModel):
    """One way to go on."""

    kind: Literal["title", "author", "category", "venue", "year", "abbreviation"]
    text: str = Field(description="As it stands in the index.")
    question: str = Field(description="The whole question with it, ready to be asked.")
    papers: int | None = Field(description="How many papers have it, where that is known.")
    id: str = Field(description="The paper of a title; empty for all else.")


class SuggestionsModel(BaseModel):
    """How a question may go on, the most likely first."""

    query: str = Field(description="As it was given.")
    suggestions: list[SuggestionModel]


class RankModel(BaseModel):
    """A rank; a class of its own so that it comes first in a result."""

    rank: int = Field(description="From 1, counted over all pages.")


class ResultModel(PaperModel, RankModel):
    """A paper at its rank."""

    score: float = Field(
        description="0 to 1, comparable between questions: the cosine similarity, plus a quarter "
        "of the square of the share of the question's words that the paper holds, by their rarity."
    )
    close: bool = Field(
        description="Whether the paper is close to the question; the others follow by relevance."
    )
    why: dict[str, Any] = Field(
        description="With explain: rank and score by meaning (dense) and by words (lexical), the "
        "words that matched, the nearest sentence of the abstract, and where to highlight title "
        "and abstract, as pairs of start and end offsets. Else empty."
    )
    folded: list[str] = Field(
        description="Ids of versions and near-duplicates that this result stands for."
    )


class AnswerModel(BaseModel):
    """A page of results."""

    query: str
    understood: dict[str, Any] = Field(
        description="How the question was read: text and filters, and in taken_off the request "
        "phrase that was stripped from it."
    )
    total: int = Field(
        description="How many papers pass the filters; in lexical mode, those that also contain a "
        "word of the question."
    )
    close: int = Field(description="How many of these are close to the question.")
    limit: int
    offset: int
    facets: dict[str, dict[str, int]] = Field(
        description="How many of the close papers there are by year (newest first), and by "
        "category, author and venue (the 20 most frequent)."
    )
    results: list[ResultModel]
    generation: int = Field(description="Of the index; pages of one generation fit together.")
    took_ms: float
    warnings: list[str]


class ChosenAnswerModel(BaseModel, extra="allow"):
    """The same without facets, where ``fields`` are chosen."""

    results: list[Chosen]


AnswerOrChosen = Annotated[AnswerModel | ChosenAnswerModel, _WHOLE_FIRST]


class ProblemModel(BaseModel):
    """A problem document (RFC 9457)."""

    type: str = Field(description="urn:nearpaper:problem:<kind>")
    title: str
    status: int
    detail: str = Field(description="One line: what is wrong and what to do.")
    instance: str = Field(description="Path of the request.")


def problem_response(description: str, example: NearpaperError, path: str) -> dict[str, Any]:
    """An OpenAPI response that is a problem document, such as of this error at this path."""
    return with_example(description, problem_document(example, path))


def with_example(description: str, example: Problem) -> dict[str, Any]:
    """An OpenAPI response that is a problem document such as this one."""
    content = {"schema": ProblemModel.model_json_schema(), "example": example}
    return {"description": description, "content": {"application/problem+json": content}}


def wrong_request(detail: str, path: str) -> dict[str, Any]:
    """The response to a wrong request, with an example."""
    return problem_response(
        "A value is out of bounds or makes no sense; under /api/v1 also: a parameter or field is "
        "unknown, and the detail names the nearest known one.",
        UsageError(detail),
        path,
    )


def no_paper(path: str) -> dict[str, Any]:
    """The response where a paper isn't in the index."""
    error = PaperNotFoundError("2412.99999: not in the index; look for its title with a search")
    return problem_response("The index holds no such paper.", error, path)


def no_index(path: str) -> dict[str, Any]:
    """The response of a service without an index."""
    error = IndexNotFoundError(
        "data/index: no index there; make one with `nearpaper index FILE --index data/index`"
    )
    return problem_response("There is no index, or it can't be used.", error, path)


def own_faults(path: str) -> dict[int | str, dict[str, Any]]:
    """The responses where something is wrong on this side; the server's log says what."""
    return {
        500: problem_response("A bug in nearpaper.", NearpaperError(""), path),
        507: problem_response("The file system refused to read or write.", StorageError(""), path),
    }


def unread_body(path: str) -> dict[int | str, dict[str, Any]]:
    """The responses to a body that isn't read, or not to its end."""
    return {
        status: with_example(description, http_problem_document(status, "POST", path))
        for status, description in (
            (HTTPStatus.BAD_REQUEST, "The body isn't UTF-8, or is nested too deeply."),
            (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large."),
        )
    }


def example_response(example: object) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI response of a successful request, with an example."""
    return {200: {"description": "Success.", "content": {"application/json": {"example": example}}}}


def or_as_file(response: dict[int | str, dict[str, Any]]) -> dict[int | str, dict[str, Any]]:
    """The same where ``format`` asks for a file instead."""
    text, records = {"type": "string"}, {"type": "array", "items": {"type": "object"}}
    files = {
        known.media_type: {"schema": records if known.suffix == "json" else text}
        for known in FORMATS.values()
    }
    name = {"description": "Of a file: its name.", "schema": {"type": "string"}}
    found = response[200]
    content = {**found["content"], **files}
    return {200: {**found, "content": content, "headers": {"Content-Disposition": name}}}
