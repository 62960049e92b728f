"""``/healthz``, ``/readyz`` and ``/metrics``, for who looks after the process."""

from __future__ import annotations

from contextlib import suppress

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.http.engine_provider import NotReadyError, Ready
from api.http.load.lane import OverloadedError
from api.http.load.readiness import Readiness
from api.http.load.stopping import require_taking
from api.http.observing.metrics import CHANGED, GENERATION, MEDIA_TYPE, PAPERS, STALE, exposition
from api.http.schemas import own_faults, problem_response
from indexer.errors import NearpaperError

_NOT_READY = problem_response(
    "The index isn't loaded.",
    NotReadyError("the index is loading; try again in a few seconds"),
    "/readyz",
)

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Whether the process runs."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: _NOT_READY, **own_faults("/readyz")})
async def readyz(request: Request) -> dict[str, str | int]:
    """Whether the index is loaded, and requests find room.

    ``stale`` instead of ``ready``: it answers, but not from what was committed last. Where keys are
    needed, nothing else is told.
    """
    require_taking(request.scope)
    state = request.app.state
    readiness: Readiness[Ready] = state.readiness
    ready = await readiness.state()
    if state.lanes.usual.is_full:
        raise OverloadedError("too many requests are waiting; try again in a few seconds")
    status = "stale" if ready.is_stale else "ready"
    if state.needs_key:
        return {"status": status}
    return {"status": status, "papers": ready.papers, "generation": ready.generation}


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request) -> Response:
    """Counts and times, as Prometheus reads them."""
    readiness: Readiness[Ready] = request.app.state.readiness
    with suppress(NearpaperError):  # what is wrong is told by /readyz
        ready = await readiness.state()
        PAPERS.set(ready.papers)
        GENERATION.set(ready.generation)
        CHANGED.set(ready.changed)
        STALE.set(ready.is_stale)
    text = await to_thread.run_sync(exposition)
    return Response(text, headers={"Content-Type": MEDIA_TYPE})
