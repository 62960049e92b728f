"""An application served over HTTP in this process, until Ctrl-C."""

from __future__ import annotations

import gc
import socket
import ssl
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from starlette.types import ASGIApp

from api.http.connections.bounded_server import BoundedServer
from api.http.connections.connection import BoundedConfig
from api.http.connections.watched_server import ACCEPTED_AT_ONCE
from api.http.load.bounds import Bounds
from api.terminal.streams import say
from api.terminal.trace import trace
from indexer.errors import NearpaperError, UsageError
from indexer.location import Location
from search.engine import Engine

MAX_REQUEST_HEAD = 1 << 20
"""Bytes of a request line and headers. Enough for 100,000 characters in any script with percent
signs, so that a question that is far too long still gets an answer that says so."""
SWITCH_SECONDS = 0.0005
"""For which a thread that computes keeps the others waiting, which answer probes among others. With
200 clients, the slowest probe took half as long as with Python's 5 ms, and as much was answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a service listens.

    Attributes:
        host: Address to listen on.
        port: Likewise; 0 takes any free one.
        path: Where the application answers, to tell people.
        certificate: For TLS: a file in PEM format, with its chain.
        private_key: Of the certificate; by default in the same file.
        probes: Port for probes alone, beside the other one; ``None`` for no such port.
    """

    host: str
    port: int
    path: str = ""
    certificate: Path | None = None
    private_key: Path | None = None
    probes: int | None = None


def serve_app(
    app_over: Callable[[Engine], ASGIApp],
    location: Location | None,
    place: Place,
    bounds: Bounds,
) -> None:
    """Answer requests until the process is told to stop.

    Args:
        app_over: Makes the application over an open engine.
        location: Where the index is.
        place: Where to listen.
        bounds: Of connections.

    Raises:
        NearpaperError: The index can't be opened, the address is taken, or the certificate is none.
    """
    with (
        trace(Engine.open(location)) as engine,
        listening(place) as listener,
        listening_for_probes(place) as probes,
    ):
        config = configured(app_over(engine), bounds.within_files(), place, probes=probes)
        announce(engine.papers, listener, place, probes)
        run(config, listener)


def announce(
    papers: int, listener: socket.socket, place: Place, probes: socket.socket | None
) -> None:
    """Say where to ask."""
    say(f"{papers:,} papers at {_address(listener, place)}; press Ctrl-C to stop")
    if probes is not None:
        say(f"probes at {_address(probes, replace(place, path='/healthz'))}")


def be_prompt() -> None:
    """Let neither threads that compute nor a look for garbage keep others waiting for long.

    What is there by now stays until the end. To look through all of it for garbage took 75 to
    138 ms, in which nothing was answered.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()


def run(config: BoundedConfig, listener: socket.socket) -> None:
    """Let an application answer at a socket until the process is told to stop."""
    be_prompt()
    try:
        BoundedServer(config).run(sockets=[listener])
    except KeyboardInterrupt:
        # Ctrl-C is how a server is stopped; by now it has finished its requests.
        say("stopped")


def configured(
    app: ASGIApp | Callable[[], ASGIApp],
    bounds: Bounds,
    place: Place,
    workers: int = 1,
    probes: socket.socket | None = None,
) -> BoundedConfig:
    """How uvicorn is to serve an application; for several ``workers``, what makes one in each.

    At the socket ``probes`` it answers those alone.
    """
    return BoundedConfig(
        app,
        bounds,
        probes=probes,
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=True,  # believed from this machine alone
        server_header=False,
        backlog=ACCEPTED_AT_ONCE,
        h11_max_incomplete_event_size=MAX_REQUEST_HEAD,
        workers=workers,
        factory=workers > 1,
        ssl_certfile=place.certificate,
        ssl_keyfile=place.private_key,
    )


def _require_certificate(place: Place) -> None:
    if place.certificate is None:
        if place.private_key is not None:
            raise UsageError("--tls-key is for --tls-cert; name both")
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            place.certificate, place.private_key, password=""
        )
    except OSError as error:  # an SSLError is one
        reason = error.strerror if isinstance(error, FileNotFoundError | PermissionError) else error
        raise UsageError(
            f"--tls-cert {place.certificate}: {reason}; name files in PEM format, and a key "
            "without a password"
        ) from None


def listening(place: Place) -> socket.socket:
    """A socket that listens; raises ``NearpaperError`` where it can't, or no TLS can be done."""
    _require_certificate(place)
    host, port = place.host, place.port
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


def listening_for_probes(place: Place) -> AbstractContextManager[socket.socket | None]:
    """A socket for probes, where they have a port of their own; raises like :func:`listening`."""
    if place.probes is None:
        return nullcontext()
    return listening(replace(place, port=place.probes))


def _address(listener: socket.socket, place: Place) -> str:
    host, port, *_ = listener.getsockname()
    scheme = "https" if place.certificate else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}{place.path}"
