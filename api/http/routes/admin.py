"""``/api/v1/admin``: changes to the index, for keys of the role admin; by ``serve --writable``."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from starlette.exceptions import HTTPException

from api.admin.changes import Changes, Facts, Who
from api.http.change_schemas import (
    BODY,
    ERRORS,
    KEYS,
    NO_PAPER,
    UNREAD,
    AddedModel,
    RemovedModel,
    StateModel,
)
from api.http.known_options import known_options
from indexer.errors import UsageError
from search.limits import MAX_VALUE

MOST_BYTES = 64 << 20
"""Of papers in one request, some 40,000 of them; more are for the command line."""
PIECE_SECONDS = 30.0
"""Until the next piece of a body."""
BODY_SECONDS = 600.0
"""Until the whole of it, however steadily it drips."""
_SOURCE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", re.ASCII)

router = APIRouter(
    prefix="/api/v1/admin",
    tags=["admin"],
    dependencies=[Depends(known_options), *KEYS],
    responses=ERRORS,
)


async def changes_of(request: Request) -> Changes:
    """What changes the index."""
    changes: Changes = request.app.state.changes
    return changes


async def who_asks(request: Request) -> Who:
    """Whose key it is, and the request's id."""
    return Who(request.state.caller.name, request.state.request_id)


_Changes = Annotated[Changes, Depends(changes_of)]
_Who = Annotated[Who, Depends(who_asks)]


@router.post(
    "/papers",
    status_code=202,
    response_model=AddedModel,
    responses=UNREAD,
    openapi_extra=BODY,
)
async def add_papers(
    request: Request,
    changes: _Changes,
    who: _Who,
    source: Annotated[
        str,
        Query(
            max_length=64,
            description="Name of the source that the papers are from.",
            json_schema_extra={"pattern": _SOURCE.pattern},
        ),
    ] = "service",
) -> dict[str, Any]:
    """Add and update papers, given as JSON Lines; answers when they are committed and published.

    What is wrong with a line rejects that line alone.
    """
    if not _SOURCE.fullmatch(source):
        raise UsageError(f"source '{source}': write 1 to 64 letters, digits, - and _")
    with ExitStack() as held:
        held.enter_context(changes.turn())
        folder = held.enter_context(tempfile.TemporaryDirectory(prefix="nearpaper-"))
        papers = Path(folder) / f"{source}.jsonl"
        await _receive(request, papers)
        return await _to_its_end(held, lambda: changes.add(papers, who))


@router.delete("/papers/{id:path}", response_model=RemovedModel, responses=NO_PAPER)
async def remove_paper(
    changes: _Changes,
    who: _Who,
    id: Annotated[str, InPath(min_length=1, max_length=MAX_VALUE, description="Its id.")],
) -> dict[str, Any]:
    """Take a paper out of the index."""
    with ExitStack() as held:
        held.enter_context(changes.turn())
        return await _to_its_end(held, lambda: changes.remove(id, who))


@router.post("/publish", response_model=StateModel)
async def publish(changes: _Changes, who: _Who) -> dict[str, Any]:
    """Publish what a writer that was stopped had committed."""
    with ExitStack() as held:
        held.enter_context(changes.turn())
        return await _to_its_end(held, lambda: changes.publish(who))


@router.get("/status", response_model=StateModel)
def status(changes: _Changes) -> dict[str, Any]:
    """The last change, the last one published, and its generation."""
    return changes.status()


async def _to_its_end(held: ExitStack, change: Callable[[], Facts]) -> Facts:
    """Make a change in a thread. It is finished, and only then lets go, whoever waits for it."""
    letting_go = held.pop_all()

    def finished() -> Facts:
        with letting_go:
            return change()

    return await to_thread.run_sync(finished)


async def _receive(request: Request, path: Path) -> None:
    """Write a body to a file as it comes; raises ``HTTPException`` beyond its bounds."""
    received, parts = 0, aiter(request.stream())
    try:
        async with asyncio.timeout(BODY_SECONDS):
            with path.open("wb") as file:
                while True:
                    part = await asyncio.wait_for(anext(parts, None), PIECE_SECONDS)
                    if part is None:
                        return
                    received += len(part)
                    if received > MOST_BYTES:
                        raise HTTPException(413, headers={"Connection": "close"})
                    file.write(part)
    except TimeoutError:
        raise HTTPException(408, headers={"Connection": "close"}) from None
