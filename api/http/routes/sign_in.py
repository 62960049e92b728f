"""``/sign-in``: a browser gives its key once, and gets a cookie for it."""

from __future__ import annotations

from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.access.authorisation import COOKIE
from api.keys.key_file import KeyRing
from api.keys.tokens import SESSION_SECONDS, token_for
from api.pages.template_engine import render
from indexer.errors import NearpaperError
from search.limits import MAX_QUESTION

MOST_BYTES = 16 << 10
PATH = "/sign-in"

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get(PATH)
async def sign_in_page(next: str = "/") -> HTMLResponse:
    """The form."""
    return render("sign_in.html", next=local(next), wrong=False)


@router.post(PATH)
async def sign_in(request: Request) -> Response:
    """Check the key; what was wanted follows."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return render("sign_in.html", 413, next="/", wrong=True)
    try:
        form = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
    except ValueError:
        form = {}
    wanted, secret = local(form.get("next", ["/"])[0]), form.get("key", [""])[0].strip()
    ring: KeyRing | None = request.app.state.ring
    try:
        holder = ring.holder(secret) if ring is not None else None
    except NearpaperError:
        holder = None
    if holder is None:
        return render("sign_in.html", 401, next=wanted, wrong=True)
    response = RedirectResponse(wanted, 303)
    response.set_cookie(
        COOKIE,
        token_for(holder, "session"),
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


@router.post("/sign-out")
async def sign_out() -> Response:
    """Forget the cookie."""
    response = RedirectResponse(PATH, 303)
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return response


def local(address: str) -> str:
    """An address on this service; anything that could lead elsewhere becomes the start page."""
    plain = address.startswith("/") and not address.startswith(("//", "/\\"))
    printable = all(" " < one != "\\" for one in address)
    return address if plain and printable and len(address) <= 2 * MAX_QUESTION else "/"
