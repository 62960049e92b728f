"""Errors as HTTP: problem documents (RFC 9457) for programs, the search page for people."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api.headers import SECURITY_HEADERS
from api.pages.render import render_error
from api.wording import message
from indexer.errors import NearpaperError, UsageError

PROBLEM_TYPE = "urn:nearpaper:problem:"
_OTHERS_SHAPES = ("/api/papers/", "/api/daily_papers", "/graph/", "/recommendations/")
_FOR_PROGRAMS = ("/api/", "/healthz", "/readyz", "/openapi.json", "/feed.atom")
_MOST_DETAILS = 3
Problem = dict[str, str | int]


def problem_document(error: NearpaperError, path: str) -> Problem:
    """The problem document of an error, as part of an answer to a request at ``path``."""
    return _document(
        status=error.status,
        kind=error.kind,
        title=error.title,
        detail=message(str(error)),
        path=path,
    )


def _document(*, status: int, kind: str, title: str, detail: str, path: str) -> Problem:
    return {
        "type": PROBLEM_TYPE + kind,
        "title": title,
        "status": int(status),
        "detail": detail,
        "instance": quote(path),
    }


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
    if _is_others(path) and status == UsageError.status:
        status = HTTPStatus.BAD_REQUEST
    if _wants_page(request):
        return render_error(request, status=status, title=title, detail=detail)
    problem = _document(status=status, kind=kind, title=title, detail=detail, path=path)
    if _is_others(path):
        problem |= {"error": detail, "message": detail}
    return JSONResponse(problem, status, media_type="application/problem+json")


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
    details = [f"{fault['loc'][-1]}: {fault['msg']}" for fault in error.errors()[:_MOST_DETAILS]]
    return _answer(
        request,
        status=UsageError.status,
        kind=UsageError.kind,
        title=UsageError.title,
        detail="; ".join(details),
    )


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as registered
    phrase = HTTPStatus(error.status_code).phrase
    response = _answer(
        request,
        status=error.status_code,
        kind=phrase.lower().replace(" ", "-"),
        title=phrase,
        detail=f"{request.method} {request.url.path}: "
        f"{phrase.lower()}; the addresses are listed at /docs",
    )
    response.headers.update(error.headers or {})
    return response


def _unexpected_error(request: Request, error: Exception) -> Response:
    """Nothing of what went wrong inside leaves; the server's log has it."""
    response = _answer(
        request,
        status=NearpaperError.status,
        kind=NearpaperError.kind,
        title=NearpaperError.title,
        detail="an unexpected error; the server's log says more",
    )
    # This answer is made outside of the middleware that adds them elsewhere.
    response.headers.update(SECURITY_HEADERS)
    return response
