"""Which requests are worked on, which wait, which are turned away; and for how long."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.load.bodies import Bodies, Client, ClientGoneError, replayed
from api.http.load.bounds import Bounds
from api.http.load.lane import Lane, OverloadedError
from api.http.problems import answer_error
from search.stopping import Stop, UnwantedError, heed

ASIDE = ("/healthz", "/readyz", "/metrics", "/static/", "/api/v1/admin/")
"""Answered at once, whatever else goes on: they do next to nothing, or are changes, of which there
is one at a time anyway."""
BATCH = "/api/v1/search/batch"
_SLOW = ("explain", "rerank")
"""Parameters that make a request take seconds, unless they say no."""
_NO = frozenset({"", "0", "false", "f", "no", "n", "off"})
_LOG = logging.getLogger("nearpaper")


class _ClosedError(Exception):
    """An answer comes that nobody waits for any more."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """The lines of a service: of usual requests, and of those that take seconds."""

    usual: Lane
    slow: Lane

    @classmethod
    def of(cls, bounds: Bounds) -> Lanes:
        """Empty ones."""
        return cls(
            Lane("usual", bounds.running, bounds.waiting),
            Lane("slow", bounds.slow_running, bounds.slow_waiting),
        )


class Admission:
    """ASGI middleware that bounds what is worked on at once, and how long a request may take.

    A request first gives its whole body, then waits for its turn, then is worked on. What takes
    seconds has a line of its own, so that it can't keep the others waiting.
    """

    def __init__(self, app: ASGIApp, bounds: Bounds, lanes: Lanes | None = None) -> None:
        self.app, self.bounds = app, bounds
        self.lanes = lanes or Lanes.of(bounds)
        self.bodies = Bodies(bounds.body_bytes, bounds.body_seconds)
        self._left: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request in its turn, or say why not."""
        if scope["type"] != "http" or scope["path"].startswith(ASIDE):
            await self.app(scope, receive, send)
            return
        try:
            body = await self.bodies.receive(receive)
        except ClientGoneError:
            return
        except (HTTPException, OverloadedError) as error:
            await _refuse(error, scope, receive, send)
            return
        slow = _is_slow(scope)
        lane = self.lanes.slow if slow else self.lanes.usual
        stop = Stop(self.bounds.slow_deadline if slow else self.bounds.deadline)
        visit = _Visit(scope, send, body, Client(receive), stop)
        try:
            await self._serve(visit, lane)
        except (OverloadedError, UnwantedError) as error:
            await _refuse(error, scope, receive, send)
        finally:
            await visit.client.close()

    async def _serve(self, visit: _Visit, lane: Lane) -> None:
        """Wait for a turn, then for the answer, as long as somebody wants it."""
        if lane.is_full:
            self.bodies.release(visit.body)
            await lane.enter()  # says so
        work = asyncio.create_task(self._answer(visit, lane))
        self._left.add(work)
        work.add_done_callback(self._left.discard)
        try:
            finished = await visit.client.wait(work, visit.stop.remaining)
        except asyncio.CancelledError:
            self._abandon(visit, work)
            raise
        if finished:
            work.result()
        else:
            self._abandon(visit, work)
            if not visit.client.gone.done() and not visit.begun:
                visit.stop.require_wanted()

    def _abandon(self, visit: _Visit, work: asyncio.Task[None]) -> None:
        """Let what was begun find out that nobody waits; what still waits in line goes at once."""
        visit.stop.give_up()
        visit.closed = True
        if not visit.entered:
            work.cancel()

    async def _answer(self, visit: _Visit, lane: Lane) -> None:
        """Answer in one's turn. The turn lasts until all work for it has ended."""
        try:
            await lane.enter()
            visit.entered = True
            try:
                heed(visit.stop)
                receive = replayed(visit.body, visit.client)
                await self.app(visit.scope, receive, visit.send_on)
            except Exception as error:
                if not visit.closed:
                    raise
                if not isinstance(error, _ClosedError | UnwantedError):
                    _LOG.debug("nearpaper: failed after its client was gone", exc_info=error)
            finally:
                lane.leave()
        finally:
            self.bodies.release(visit.body)


@dataclass(slots=True)
class _Visit:
    """A request on its way through.

    Attributes:
        entered: It is being worked on.
        begun: Its answer began to be sent.
        closed: Nobody waits for its answer any more.
    """

    scope: Scope
    send: Send
    body: bytearray
    client: Client
    stop: Stop
    entered: bool = False
    begun: bool = False
    closed: bool = False

    async def send_on(self, message: Message) -> None:
        """Send a part of the answer; raises where nobody waits for it."""
        if self.closed:
            raise _ClosedError
        self.begun = True
        await self.send(message)


def _is_slow(scope: Scope) -> bool:
    if scope["path"] == BATCH:
        return True
    given = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return any(name in _SLOW and value.strip().lower() not in _NO for name, value in given)


async def _refuse(error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
    await answer_error(Request(scope), error)(scope, receive, send)
