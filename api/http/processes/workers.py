"""Several processes that answer at one socket, and the one that looks after them."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import time
from functools import partial
from multiprocessing import connection, parent_process

from prometheus_client import multiprocess
from starlette.types import ASGIApp
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from api.http.connections.bounded_server import BoundedServer
from api.http.connections.connection import BoundedConfig
from api.http.observing.logs import set_up
from api.http.observing.metrics import FOLDER_VARIABLE
from api.http.processes.service import Service
from api.http.server import Place, be_prompt, configured
from indexer.errors import NearpaperError

_LOG = logging.getLogger("nearpaper")


START_SECONDS = 120.0
"""For which a worker may take to start before it counts as hung."""
ANSWER_SECONDS = 30
"""For which a worker that has started may take to say that it is alive."""


class Worker(Process):
    """One process that answers."""

    config: BoundedConfig
    _server: BoundedServer | None

    def __init__(self, config: BoundedConfig, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        self._begun, self.has_started = time.monotonic(), False

    def is_alive(self, timeout: float = ANSWER_SECONDS) -> bool:
        """Whether it runs and, once it has started, says so in time."""
        if self.has_started:
            return super().is_alive(timeout)
        self.has_started = self.is_ready(timeout=0)
        in_time = time.monotonic() < self._begun + START_SECONDS
        while self.has_started and self.parent_conn.poll(0.1):
            self.parent_conn.recv()  # what it answered to earlier questions
        return self.process.is_alive() and (self.has_started or in_time)

    @property
    def server(self) -> BoundedServer:
        """What runs in it."""
        if self._server is None:
            self._server = BoundedServer(self.config)
        return self._server


class Supervisor(Multiprocess):
    """Starts workers, puts another in the place of one that died or hangs, and stops them all."""

    config: BoundedConfig
    gave_up = False
    _has_started = False

    def init_processes(self) -> None:
        """Start the workers."""
        for _ in range(self.processes_num):
            self.processes.append(self._started())

    def keep_subprocess_alive(self) -> None:
        """Replace who died; give up where not one worker could ever start."""
        for place, worker in enumerate(self.processes):
            if self.should_exit.is_set():
                return
            if worker.is_alive():
                self._has_started |= isinstance(worker, Worker) and worker.has_started
                continue
            worker.kill()
            worker.join()
            multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
            if worker.exitcode == STARTUP_FAILURE and not self._has_started:
                self.gave_up = True
                self.should_exit.set()
                return
            _LOG.warning("nearpaper: a worker died; starting another")
            self.processes[place] = self._started()

    def handle_hup(self) -> None:
        """Do nothing, like the next two: uvicorn's would start workers that aren't bounded."""

    def handle_ttin(self) -> None:
        """Do nothing."""

    def handle_ttou(self) -> None:
        """Do nothing."""

    def _started(self) -> Worker:
        worker = Worker(self.config, self.sockets)
        worker.start()
        return worker


def serve_by_workers(
    service: Service, listener: socket.socket, place: Place, probes: socket.socket | None
) -> None:
    """Answer by several processes until this one is told to stop; at ``probes`` those alone.

    SIGTERM and Ctrl-C let them finish their requests.

    Raises:
        NearpaperError: One of them couldn't start; its log says why.
    """
    counts = service.shared / "metrics"
    counts.mkdir()
    os.environ[FOLDER_VARIABLE] = str(counts)
    bounds = service.bounds.shared(service.workers).within_files()
    app = partial(application, service)
    config = configured(app, bounds, place, service.workers, probes)
    supervisor = Supervisor(config, [listener])
    supervisor.run()
    if supervisor.gave_up:
        raise NearpaperError("a worker can't start; the lines above say why")


def application(service: Service) -> ASGIApp:
    """In a worker: its application. The worker ends with its supervisor, however that ends."""
    set_up(service.log, access=service.access_log)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    try:
        app = service.app()
    except NearpaperError as error:
        _LOG.error("nearpaper: %s", error)
        sys.exit(STARTUP_FAILURE)  # which tells the supervisor that another would fail as well
    be_prompt()
    return app


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
