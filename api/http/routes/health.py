"""``/healthz`` and ``/readyz``, for whoever supervises the process."""

from __future__ import annotations

from fastapi import APIRouter

from api.http.lazy_engine import NotReadyError
from api.http.routes.parameters import Lazy
from api.http.schemas import problem_response

_NOT_READY = problem_response(
    "The index is not open and warm.",
    NotReadyError("the index is being loaded; try again in some seconds"),
    "/readyz",
)

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: _NOT_READY})
def readyz(lazy: Lazy) -> dict[str, str | int]:
    """The index is open and warm."""
    lazy.make_ready()
    engine = lazy.engine()
    return {"status": "ready", "papers": engine.papers, "generation": engine.generation}
