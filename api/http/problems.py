"""Errors as HTTP: problem documents (RFC 9457) for programs, the search page for people."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api.faults import wanted
from api.http.engine_provider import NotReadyError
from api.http.load.bodies import MAX_BODY
from api.http.load.lane import OverloadedError
from api.http.middleware import SECURITY_HEADERS
from api.http.observing.metrics import REJECTED
from api.pages.render import render_error
from api.wording import message
from indexer.errors import NearpaperError, UsageError
from search.stopping import UnwantedError

_LOG = logging.getLogger("nearpaper")
QUIET_SECONDS = 60.0
_MOST_LOGGED = 1_000
_MEANT_FOR_CLIENTS = (NotReadyError, OverloadedError, UnwantedError)
"""Errors of this side that say what a client is to do, and name nothing of ours."""
_logged: dict[str, float] = {}
PROBLEM_TYPE = "urn:nearpaper:problem:"
_OTHERS_SHAPES = ("/api/papers/", "/api/daily_papers", "/graph/", "/recommendations/")
_FOR_PROGRAMS = ("/api/", "/healthz", "/readyz", "/openapi.json", "/feed.atom", "/mcp")
_MOST_DETAILS = 3
RETRY_SECONDS = 2
"""After which to ask again: a full line of requests is worked off in about so long."""
_PASSING = ("overloaded", "deadline", "not-ready", "stopping", "index-changed")
_WANTED_BODY = "must be a JSON object, sent with Content-Type: application/json"
_LISTED = "see /docs for the addresses"
_ADVICE = {
    HTTPStatus.BAD_REQUEST: "the body can't be parsed; send JSON in UTF-8, not deeply nested",
    HTTPStatus.NOT_FOUND: _LISTED,
    HTTPStatus.METHOD_NOT_ALLOWED: _LISTED,
    HTTPStatus.REQUEST_TIMEOUT: "the body came too slowly; send it again",
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
        detail=message(told(error)),
        path=path,
    )


def http_problem_document(status: HTTPStatus, method: str, path: str) -> Problem:
    """The problem document of one of the framework's own errors."""
    return _document(status=status, path=path, **_of_http(status, method, path))


def told(error: NearpaperError) -> str:
    """What an error says to clients.

    Of what is wrong on this side, with its folders and addresses, only whoever runs the service is
    told, in its log.
    """
    if error.status < HTTPStatus.INTERNAL_SERVER_ERROR or isinstance(error, _MEANT_FOR_CLIENTS):
        return str(error)
    return f"{error.title[0].lower()}{error.title[1:]}; the server's log says more"


def tell(error: NearpaperError) -> str:
    """What an error says to clients, and the rest to the log."""
    log_untold(error)
    return told(error)


def log_untold(error: NearpaperError) -> None:
    """Write down what :func:`told` keeps back, the same line once in :data:`QUIET_SECONDS`."""
    line, now = str(error), time.monotonic()
    if told(error) == line or now - _logged.get(line, -QUIET_SECONDS) < QUIET_SECONDS:
        return
    if len(_logged) >= _MOST_LOGGED:
        _logged.clear()
    _logged[line] = now
    _LOG.warning("nearpaper: %s", line)


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


def answer_error(request: Request, error: Exception) -> Response:
    """The answer to a request that an error kept from the application.

    Args:
        request: What was asked.
        error: A ``NearpaperError``, or an ``HTTPException`` of the framework.
    """
    REJECTED.labels(error.kind if isinstance(error, NearpaperError) else "http").inc()
    handle = _nearpaper_error if isinstance(error, NearpaperError) else _http_error
    return handle(request, error)


def _is_others(path: str) -> bool:
    """Whether clients of other services ask there: they know 400, and read ``error``."""
    return path.startswith(_OTHERS_SHAPES) or (path.startswith("/papers/") and path.endswith(".md"))


def _answer(request: Request, *, status: int, kind: str, title: str, detail: str) -> Response:
    detail, path = message(detail), request.url.path
    if wants_page(request):
        return render_error(request, status=status, title=title, detail=detail)
    problem = _document(status=status, kind=kind, title=title, detail=detail, path=path)
    return JSONResponse(problem, int(problem["status"]), media_type="application/problem+json")


def wants_page(request: Request) -> bool:
    """Whether somebody looks at the answer, rather than a program."""
    accepted, path = request.headers.get("accept", ""), request.url.path
    for_programs = path.startswith(_FOR_PROGRAMS) or _is_others(path)
    return "text/html" in accepted and not for_programs


def _nearpaper_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, NearpaperError)  # noqa: S101 - as registered
    log_untold(error)
    response = _answer(
        request, status=error.status, kind=error.kind, title=error.title, detail=told(error)
    )
    if error.kind in _PASSING:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


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
    return f"{'.'.join(map(str, path)) or part}: {wanted(fault)}"


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as registered
    status = HTTPStatus(error.status_code)
    response = _answer(request, status=status, **_of_http(status, request.method, request.url.path))
    response.headers.update(error.headers or {})
    return response


def _of_http(status: HTTPStatus, method: str, path: str) -> dict[str, str]:
    """Kind, title and detail of one of the framework's own errors."""
    advice = _ADVICE.get(status)
    # RFC 9110's name; Python before 3.13 has an older one.
    phrase = "Content Too Large" if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else status.phrase
    happened = f"{method} {path}: {phrase.lower()}"
    return {
        "kind": phrase.lower().replace(" ", "-"),
        "title": phrase,
        "detail": f"{happened}; {advice}" if advice else happened,
    }


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
    if id := getattr(request.state, "request_id", ""):
        response.headers["X-Request-Id"] = id
    return response
