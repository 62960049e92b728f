"""An application at a port of this machine, in a thread of this process."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp

from api.http.connections.bounded_server import BoundedServer
from api.http.load.bounds import Bounds
from api.http.server import Place, configured


@contextmanager
def served(
    app: ASGIApp, bounds: Bounds, probes: socket.socket | None = None
) -> Iterator[tuple[str, int]]:
    """Host and port of a server that keeps within bounds, and answers probes at a socket."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = Place(host="127.0.0.1", port=0)
        server = BoundedServer(configured(app, bounds, place, probes=probes))
        thread = threading.Thread(
            target=asyncio.run, args=(server.serve(sockets=[listener]),), name="served"
        )
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield listener.getsockname()
        finally:
            server.should_exit = True
            thread.join()
