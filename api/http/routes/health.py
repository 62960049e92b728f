"""``/healthz`` and ``/readyz``, for supervisors of the process."""

from __future__ import annotations

from fastapi import APIRouter

from api.http.engine_provider import NotReadyError
from api.http.routes.parameters import Provider
from api.http.schemas import problem_response

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


@router.get("/readyz", responses={503: _NOT_READY})
def readyz(provider: Provider) -> dict[str, str | int]:
    """Whether the index is loaded."""
    provider.make_ready()
    engine = provider.engine()
    return {"status": "ready", "papers": engine.papers, "generation": engine.generation}
