"""Who asks, by key, cookie or token, and whether they may."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.access.access import NoKeyError, NotAllowedError
from api.http.problems import answer_error, wants_page
from api.keys.key import Key
from api.keys.key_file import KeyRing
from api.keys.tokens import holder_of
from api.pages.template_engine import SIGNED_IN
from indexer.errors import NearpaperError

FREE = ("/healthz", "/readyz", "/sign-in")
STATIC = "/static/"
ADMIN = "/api/v1/admin/"
FEED = "/feed.atom"
THINGS = ("/authors", "/venues", "/categories/", "/years/")
"""Pages that are feeds, too, with ``format=atom``."""
COOKIE = "nearpaper_session"
_WANTED = "give a key as `Authorization: Bearer KEY` or as `x-api-key: KEY`"


class Authorisation:
    """ASGI middleware that lets in whoever has a key, and tells the application who it is.

    Args:
        app: What is asked.
        ring: The keys.
        open: Whether reading needs none.
    """

    def __init__(self, app: ASGIApp, ring: KeyRing, *, open: bool = False) -> None:
        self.app, self._ring, self._open = app, ring, open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or say why not."""
        SIGNED_IN.set(False)
        if scope["type"] != "http" or _is_free(scope["path"]):
            await self.app(scope, receive, send)
            return
        if not self._open:
            send = _to_be_kept_private(send)
        request = Request(scope)
        try:
            scope.setdefault("state", {})["caller"] = self._caller(request)
        except NearpaperError as error:
            await _refusal(request, error)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _caller(self, request: Request) -> Key | None:
        """Whose request it is; raises where they may not ask for that."""
        given = _given_key(request)
        try:
            caller = self._ring.holder(given) if given else self._by_token(request)
        except NearpaperError:
            raise NoKeyError("the file of keys can't be read; see the server's log") from None
        if caller is None and given:
            raise NoKeyError(f"the key isn't known, or is no longer valid; {_WANTED}")
        if request.url.path.startswith(ADMIN):
            return _require_admin(caller, by_key=bool(given))
        if caller is None and not self._open:
            raise NoKeyError(f"this service needs a key; {_WANTED}")
        return caller

    def _by_token(self, request: Request) -> Key | None:
        """By a browser's cookie; by what a feed's address holds, and for feeds alone."""
        cookie = _cookie(request)
        if cookie and (holder := holder_of(cookie, "session", self._ring)):
            SIGNED_IN.set(True)
            return holder
        if _is_feed(request) and (token := request.query_params.get("token")):
            return holder_of(token, "feed", self._ring)
        return None


def _require_admin(caller: Key | None, *, by_key: bool) -> Key:
    """A browser sends its cookie whoever leads it here: for changes it is not enough."""
    if caller is None or not by_key:
        raise NoKeyError(f"changes need an admin's key; {_WANTED}")
    if caller.role != "admin":
        raise NotAllowedError("changes need an admin's key, and this one is a reader's")
    return caller


def _is_free(path: str) -> bool:
    return path in FREE or path.startswith(STATIC)


def _is_feed(request: Request) -> bool:
    path = request.url.path
    return path == FEED or (
        path.startswith(THINGS) and request.query_params.get("format") == "atom"
    )


def _to_be_kept_private(send: Send) -> Send:
    """Let no cache on the way keep answers: it would give them to others, without a key."""

    async def send_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            wanted = headers.get("cache-control", "no-cache")
            if "private" not in wanted:
                headers["Cache-Control"] = f"private, {wanted}"
        await send(message)

    return send_on


def _given_key(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "")


def _cookie(request: Request) -> str:
    r"""The session's cookie as it was set, which is without quotes.

    Python before 3.11.10 takes minutes for one that is quoted and holds thousands of ``\\``
    (CVE-2024-7592), so its ``http.cookies`` isn't asked.
    """
    parts = (part.strip().partition("=") for part in request.headers.get("cookie", "").split(";"))
    return next((value for name, _, value in parts if name == COOKIE), "")


def _refusal(request: Request, error: NearpaperError) -> Response:
    if error.status == NoKeyError.status and wants_page(request):
        return RedirectResponse(f"/sign-in?next={quote(_page_asked(request), safe='')}", 303)
    response = answer_error(request, error)
    if error.status == NoKeyError.status:
        response.headers["WWW-Authenticate"] = 'Bearer realm="nearpaper"'
    return response


def _page_asked(request: Request) -> str:
    """Where to go after signing in; what was sent, as to ``/sign-out``, can't be asked for."""
    if request.method != "GET":
        return "/"
    path: str = request.scope.get("raw_path", b"/").decode("latin-1")
    return f"{path}?{request.url.query}" if request.url.query else path
