"""``nearpaper serve``: the HTTP service in this process until Ctrl-C."""

from __future__ import annotations

import socket
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from api.http.app import create_app
from api.terminal.output import say
from indexer.errors import NearpaperError
from search.engine import Engine
from search.ranking.rerank import load_reranker

MAX_REQUEST_HEAD = 1 << 20
"""Bytes of a request line and headers. Enough for 100,000 characters in any script with percent
signs, so that a question that is far too long still gets an answer that says so."""
GRACE_SECONDS = 10


def serve(folder: Path | None, *, host: str, port: int, rerank: str | None = None) -> None:
    """Answer requests until the process is told to stop.

    Args:
        folder: Where the index is.
        host: Address to listen on.
        port: Likewise; 0 takes any free one.
        rerank: Model of a reranker that requests may ask for.

    Raises:
        NearpaperError: The index or the reranker can't be opened, or the address not listened on.
    """
    with Engine.open(folder) as engine, _listen(host, port) as listener:
        reranker = load_reranker(rerank) if rerank else None
        say(f"{engine.papers:,} papers at {_address(listener)}, Ctrl-C stops")
        run(create_app(engine=engine, reranker=reranker), listener)


def serve_agents(folder: Path | None, *, host: str, port: int) -> None:
    """The same for agents, over streamable HTTP at ``/mcp``."""
    from api.mcp.server import make_server

    with Engine.open(folder) as engine, _listen(host, port) as listener:
        say(f"{engine.papers:,} papers for agents at {_address(listener)}/mcp, Ctrl-C stops")
        run(make_server(engine).streamable_http_app(host=host), listener)


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
        message = f"can't listen on {host} port {port}: {reason}; choose another with {other}"
        raise NearpaperError(message) from error


def _address(listener: socket.socket) -> str:
    host, port, *_ = listener.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
