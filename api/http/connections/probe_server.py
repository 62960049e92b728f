"""Probes at a port of their own, answered by a thread that has nothing else to do."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.connections.connection import BoundedConfig
from api.http.connections.watched_server import WatchedServer
from api.http.load.bounds import Bounds
from api.http.load.stopping import TOLD_TO_THE_END
from api.http.middleware import SECURITY_HEADERS
from api.http.problems import answer_error

BOUNDS = Bounds(connections=32)
"""Of the port of probes; whoever probes asks seldom, and briefly."""


class ProbesAlone:
    """ASGI middleware that passes on what asks for the state of the process, and nothing else."""

    def __init__(self, app: ASGIApp | Callable[..., Any]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a probe on."""
        if scope["path"] in TOLD_TO_THE_END:
            await self.app(scope, receive, send)
            return
        response = answer_error(Request(scope), HTTPException(404))
        response.headers.update(SECURITY_HEADERS)
        await response(scope, receive, send)


class ProbeServer(WatchedServer):
    """Answers probes for the application of another server, from a thread and loop of its own.

    So a probe waits for none of that server's clients.

    Args:
        of: How the other server is run.
        state: Of the other server; its requests and these get a copy of what it is then.
    """

    def __init__(self, of: BoundedConfig, state: dict[str, Any]) -> None:
        super().__init__(
            BoundedConfig(
                ProbesAlone(of.loaded_app),
                BOUNDS,
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                proxy_headers=False,  # the application has seen to it
                server_header=False,
                timeout_graceful_shutdown=1,
                ssl_certfile=of.ssl_certfile,
                ssl_keyfile=of.ssl_keyfile,
            )
        )
        self._state = state
        self._thread: threading.Thread | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        self.lifespan.state = self._state
        await super().startup(sockets)

    def begin(self, listener: socket.socket) -> None:
        """Answer at a socket."""
        self._thread = threading.Thread(
            target=asyncio.run, args=(self.serve(sockets=[listener]),), name="probes", daemon=True
        )
        self._thread.start()

    def end(self) -> None:
        """Answer no more."""
        self.should_exit = True
        if self._thread is not None:
            self._thread.join()
