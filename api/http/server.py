"""An application served over HTTP in this process, until Ctrl-C."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from api.terminal.streams import say
from indexer.errors import NearpaperError
from indexer.location import Location
from search.engine import Engine

MAX_REQUEST_HEAD = 1 << 20
"""Bytes of a request line and headers. Enough for 100,000 characters in any script with percent
signs, so that a question that is far too long still gets an answer that says so."""
GRACE_SECONDS = 10


def serve_app(
    app_over: Callable[[Engine], ASGIApp],
    location: Location | None,
    *,
    host: str,
    port: int,
    path: str = "",
) -> None:
    """Answer requests until the process is told to stop.

    Args:
        app_over: Makes the application over an open engine.
        location: Where the index is.
        host: Address to listen on.
        port: Likewise; 0 takes any free one.
        path: Where the application answers, to tell people.

    Raises:
        NearpaperError: The index can't be opened, or the address is taken.
    """
    with Engine.open(location) as engine, _listen(host, port) as listener:
        say(f"{engine.papers:,} papers at {_address(listener)}{path}; press Ctrl-C to stop")
        run(app_over(engine), listener)


def run(app: ASGIApp, listener: socket.socket) -> None:
    """Let an application answer at a socket until the process is told to stop."""
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=True,  # believed from this machine alone
        server_header=False,
        h11_max_incomplete_event_size=MAX_REQUEST_HEAD,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        # Ctrl-C is how a server is stopped; by now it has finished its requests.
        say("stopped")


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
        # An answer's head and body are two writes: held back until the client has acknowledged the
        # first, the second would come 40 ms late. Connections take this over from the listener.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except OSError as error:
        # Python appends " (while attempting to bind ...)" to the reason.
        reason = (error.strerror or str(error)).partition(" (")[0]
        other = "--host" if isinstance(error, socket.gaierror) else "--port"
        message = f"can't listen on {host} port {port}: {reason}; choose another {other}"
        raise NearpaperError(message) from error


def _address(listener: socket.socket) -> str:
    host, port, *_ = listener.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
