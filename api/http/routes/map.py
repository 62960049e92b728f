"""``/map``: all papers as a picture, made in the background."""

from __future__ import annotations

import math

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from api.http.map_maker import MapMaker
from api.http.routes.parameters import Provider
from api.pages.template_engine import render
from api.wording import about_time

router = APIRouter(include_in_schema=False)


@router.get("/map")
def map_of_papers(request: Request, provider: Provider) -> Response:
    """The newest map; before the first, how far it is and when to look again (202)."""
    maker: MapMaker = request.app.state.maps
    engine = provider.engine()
    if not engine.papers:
        return render("map_waiting.html", 200, fraction=None, wait="", error="", papers=0)
    state = maker.state(engine.location, engine.fingerprint)
    if state.page:
        return FileResponse(
            state.page, media_type="text/html; charset=utf-8", headers={"Cache-Control": "no-cache"}
        )
    wait = max(1, math.ceil(state.seconds))
    answer = render(
        "map_waiting.html",
        503 if state.error else 202,
        fraction=state.fraction,
        wait=about_time(wait),
        error=state.error,
        papers=engine.papers,
    )
    answer.headers["Retry-After"] = str(wait)
    return answer
