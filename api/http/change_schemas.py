"""What the description of the API says of changes over HTTP: keys, bodies, answers, errors."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import Security
from fastapi.security import APIKeyHeader, HTTPBearer
from pydantic import BaseModel, Field

from api.http.access.access import NoKeyError, NotAllowedError
from api.http.problems import http_problem_document
from api.http.schemas import (
    no_index,
    own_faults,
    problem_response,
    with_example,
    wrong_request,
)
from indexer.errors import IndexBusyError, PaperNotFoundError

PAPERS = "/api/v1/admin/papers"
JSON_LINES = "application/jsonl"
KEYS = [
    Security(APIKeyHeader(name="x-api-key", auto_error=False, description="An admin's key.")),
    Security(HTTPBearer(auto_error=False, description="An admin's key.")),
]
"""Say how a key is given; whether it holds has been seen to before."""


class StateModel(BaseModel):
    """How far an index is."""

    change: int = Field(description="Number of the last change.")
    published: int = Field(description="Of the last change that answers come from.")
    generation: int = Field(description="That answers come from.")
    papers: int = Field(description="In the index.")


class AddedModel(StateModel):
    """What became of papers that were sent."""

    read: int = Field(description="Records that were read.")
    added: int
    updated: int
    unchanged: int
    rejected: int = Field(description="Lines that hold no paper.")


class RemovedModel(StateModel):
    """What was removed."""

    removed: list[str] = Field(description="Ids.")


ERRORS: dict[int | str, dict[str, Any]] = {
    401: problem_response(
        "No key, or none that is valid.", NoKeyError("changes need an admin's key"), PAPERS
    ),
    403: problem_response(
        "A reader's key, or another site's script.",
        NotAllowedError("changes need an admin's key, and this one is a reader's"),
        PAPERS,
    ),
    409: problem_response(
        "Another change is being made.",
        IndexBusyError("another change is being made; try again when it has ended"),
        PAPERS,
    ),
    422: wrong_request("source '../x': write 1 to 64 letters, digits, - and _", PAPERS),
    503: no_index(PAPERS),
    **own_faults(PAPERS),
}
"""Of every change."""
UNREAD: dict[int | str, dict[str, Any]] = {
    408: with_example(
        "The body comes too slowly.",
        http_problem_document(HTTPStatus.REQUEST_TIMEOUT, "POST", PAPERS),
    ),
    413: with_example(
        "The body is too large.",
        http_problem_document(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "POST", PAPERS),
    ),
}
NO_PAPER: dict[int | str, dict[str, Any]] = {
    404: problem_response(
        "There is no such paper.",
        PaperNotFoundError("2412.99999: not in the index"),
        f"{PAPERS}/2412.99999",
    )
}
BODY: dict[str, Any] = {
    "requestBody": {
        "description": "Papers, one JSON object a line; at most 64 MiB.",
        "required": True,
        "content": {
            JSON_LINES: {
                "schema": {},
                "example": '{"id": "2412.99999", "title": "A new paper", "abstract": "It is."}\n',
            }
        },
    }
}
