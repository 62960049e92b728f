"""Errors as HTTP: problem documents (RFC 9457) for programs, the search page for people."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api.http.middleware import MAX_BODY, SECURITY_HEADERS
from api.pages.render import render_error
from api.wording import message
from indexer.errors import NearpaperError, UsageError

PROBLEM_TYPE = "urn:nearpaper:problem:"
_OTHERS_SHAPES = ("/api/papers/", "/api/daily_papers", "/graph/", "/recommendations/")
_FOR_PROGRAMS = ("/api/", "/healthz", "/readyz", "/openapi.json", "/feed.atom")
_MOST_DETAILS = 3
_WANTED_BODY = "must be a JSON object, sent with Content-Type: application/json"
_LISTED = "see /docs for the addresses"
_ADVICE = {
    HTTPStatus.BAD_REQUEST: "the body can't be parsed; send JSON in UTF-8, not deeply nested",
    HTTPStatus.NOT_FOUND: _LISTED,
    HTTPStatus.METHOD_NOT_ALLOWED: _LISTED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: f"at most {MAX_BODY >> 20} MiB; send several requests",
}
"""What to do about the framework's own errors."""
Problem = dict[str, str | int]


def problem_document(error: NearpaperError, path: str) -> Problem:
    """The problem document of an error in a request at ``path``."""
    return _document(
        status=error.status,
        kind=error.kind,
        title=error.title,
        detail=message(str(error)),
        path=path,
    )


def _document(*, status: int, kind: str, title: str, detail: str, path: str) -> Problem:
    if others := _is_others(path):
        status = HTTPStatus.BAD_REQUEST if status == UsageError.status else status
    problem: Problem = {
        "type": PROBLEM_TYPE + kind,
        "title": title,
        "status": int(status),
        "detail": detail,
        "instance": quote(path),
    }
    return problem | {"error": detail, "message": detail} if others else problem


def install_problems(app: FastAPI) -> None:
    """Answer every error of ``app`` in one of the two forms."""
    app.add_exception_handler(NearpaperError, _nearpaper_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected_error)


def _is_others(path: str) -> bool:
    """Whether clients of other services ask there: they know 400, and read ``error``."""
    return path.startswith(_OTHERS_SHAPES) or (path.startswith("/papers/") and path.endswith(".md"))


def _answer(request: Request, *, status: int, kind: str, title: str, detail: str) -> Response:
    detail, path = message(detail), request.url.path
    if _wants_page(request):
        return render_error(request, status=status, title=title, detail=detail)
    problem = _document(status=status, kind=kind, title=title, detail=detail, path=path)
    return JSONResponse(problem, int(problem["status"]), media_type="application/problem+json")


def _wants_page(request: Request) -> bool:
    accepted, path = request.headers.get("accept", ""), request.url.path
    for_programs = path.startswith(_FOR_PROGRAMS) or _is_others(path)
    return "text/html" in accepted and not for_programs


def _nearpaper_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, NearpaperError)  # noqa: S101 - as registered
    return _answer(
        request, status=error.status, kind=error.kind, title=error.title, detail=str(error)
    )


def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as registered
    details = map(_fault, error.errors()[:_MOST_DETAILS])
    return _answer(
        request,
        status=UsageError.status,
        kind=UsageError.kind,
        title=UsageError.title,
        detail="; ".join(details),
    )


def _fault(fault: Mapping[str, Any]) -> str:
    """Where a request is wrong, such as ``questions.0``, and how."""
    part, *path = fault["loc"]
    if fault["type"] == "json_invalid":
        return f"{part}: not JSON (at character {path[-1]})"
    if not path and part == "body":
        return f"{part}: {_WANTED_BODY}"
    return f"{'.'.join(map(str, path)) or part}: {fault['msg']}"


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as registered
    status = HTTPStatus(error.status_code)
    advice = _ADVICE.get(status)
    # RFC 9110's name; Python before 3.13 has an older one.
    phrase = "Content Too Large" if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else status.phrase
    happened = f"{request.method} {request.url.path}: {phrase.lower()}"
    response = _answer(
        request,
        status=status,
        kind=phrase.lower().replace(" ", "-"),
        title=phrase,
        detail=f"{happened}; {advice}" if advice else happened,
    )
    response.headers.update(error.headers or {})
    return response


def _unexpected_error(request: Request, error: Exception) -> Response:
    """Keep the details in the server's log; nothing of them leaves."""
    response = _answer(
        request,
        status=NearpaperError.status,
        kind=NearpaperError.kind,
        title=NearpaperError.title,
        detail="an unexpected error; see the server's log",
    )
    # This answer is made outside of the middleware that adds them elsewhere.
    response.headers.update(SECURITY_HEADERS)
    return response
