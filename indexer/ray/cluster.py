"""A Ray cluster: looked for, joined or started, and left again."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from indexer.errors import RayError, UsageError

_ANSWER_SECONDS = 5.0
"""How long a cluster may take to answer: without looking first, Ray waits for minutes."""
_HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
"""How whoever speaks gRPC begins: HTTP/2's preface and settings (RFC 9113, section 3.4)."""
_OBJECT_STORE_BYTES = 200_000_000
"""Of a cluster of ours: batches on their way. The model's files are on this machine anyway."""


@dataclass(frozen=True, slots=True)
class Node:
    """A machine of a cluster.

    Attributes:
        id: Ray's name for it.
        cpus: That Ray may give away, taken or free.
        gpus: Likewise.
        is_here: It is this machine.
    """

    id: str
    cpus: float
    gpus: float
    is_here: bool


def require_reachable(address: str) -> None:
    """Raise at once what would keep this process from joining or starting a cluster.

    Raises:
        UsageError: Ray isn't installed, or the address isn't one.
        RayError: Nobody answers there.
    """
    if find_spec("ray") is None:
        raise UsageError("--ray needs Ray; run: pip install 'nearpaper[ray]'")
    named = _named(address)
    if named not in {"auto", "local"}:
        host, port = _host_and_port(named)
        if not _answers(host, port):
            raise RayError(
                f"no Ray cluster answers at {named}; check the address and that `ray start` ran "
                "there, or start one on this machine with --ray local"
            )


class Cluster:
    """This process as a driver on a Ray cluster; raises as :func:`require_reachable` does.

    Args:
        address: As in :class:`~indexer.ray.options.RayOptions`.
    """

    def __init__(self, address: str) -> None:
        # No telemetry; and a command under `uv run` sends its working folder to no other machine.
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        os.environ.setdefault("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")
        require_reachable(address)
        import ray

        self._leave: list[Callable[[], object]] = []
        if ray.is_initialized():  # by the program that uses nearpaper
            return
        self._leave.append(ray.shutdown)
        on_sigterm = signal.getsignal(signal.SIGTERM)
        try:
            named = _named(address)
            if named == "local" or (named == "auto" and not _is_started_here()):
                self._start()
            else:
                _init(named)
            # Ray's own handler would end this process with an exit code that means nothing.
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGTERM, on_sigterm or signal.SIG_DFL)
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        """A cluster of one node on this machine, for this process alone."""
        # Its processes listen to the network and let in who knows this; without it, Ray would write
        # one into the home folder.
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
        # Sockets lie in it, so that its path has to be short; others of this machine can't read it.
        usual = "/tmp" if os.name == "posix" else None  # noqa: S108
        base = os.environ.get("RAY_TMPDIR") or usual
        folder = tempfile.mkdtemp(prefix="nearpaper-", dir=base)
        self._leave.append(lambda: shutil.rmtree(folder, ignore_errors=True))
        with _holding_back_ctrl_c():
            _init("local", object_store_memory=_OBJECT_STORE_BYTES, _temp_dir=folder)

    def nodes(self) -> list[Node]:
        """The machines of the cluster that are there now."""
        import ray

        here = ray.get_runtime_context().get_node_id()
        return [
            Node(
                id=node["NodeID"],
                cpus=node["Resources"].get("CPU", 0),
                gpus=node["Resources"].get("GPU", 0),
                is_here=node["NodeID"] == here,
            )
            for node in ray.nodes()  # type: ignore[no-untyped-call]
            if node["Alive"]
        ]

    def close(self) -> None:
        """Leave the cluster; one that was started for this process ends."""
        with _holding_back_ctrl_c():
            while self._leave:
                self._leave.pop(0)()


def _init(address: str, **more: Any) -> None:  # noqa: ANN401 - Ray's own
    import ray

    try:
        ray.init(
            address,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.CRITICAL,
            **more,
        )
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise RayError(f"Ray can't be used at {address}: {reason}") from error
    # Ray prints what befalls actors on standard output, and has no other way to turn that off.
    from ray._private import worker

    worker._worker_logs_enabled = False


@contextmanager
def _holding_back_ctrl_c() -> Iterator[None]:
    """Raise ``KeyboardInterrupt`` at the end: halfway, processes of Ray's would be left behind.

    Who presses it twice means it.
    """
    pressed: list[int] = []

    def hold_back(number: int, frame: FrameType | None) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, hold_back)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt


def _named(address: str) -> str:
    return os.environ.get("RAY_ADDRESS") or address if address == "auto" else address


def _host_and_port(address: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{address}")
        if parts.hostname and parts.port and parts.netloc == address and "@" not in address:
            return parts.hostname, parts.port
    except ValueError:
        pass
    raise UsageError(
        f"{address[:200]!r} is no address of a Ray cluster; write HOST:PORT as `ray start` prints "
        "it, and run this on one of the cluster's machines"
    )


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=_ANSWER_SECONDS) as connection:
            if os.environ.get("RAY_USE_TLS", "0") not in {"", "0"}:
                return True
            connection.sendall(_HELLO)
            with connection.makefile("rb") as answer:
                return answer.read(9)[3:4] == b"\x04"  # of HTTP/2: these are its settings
    except OSError:
        return False


def _is_started_here() -> bool:
    """Whether the cluster of the last `ray start` on this machine is still there.

    Its address lies where anybody may write, and Ray believes whatever a cluster sends.
    """
    from ray._common.utils import get_ray_address_file

    try:
        path = Path(get_ray_address_file(None))
        address = path.read_text(encoding="utf-8").strip()
        owner = path.stat().st_uid
        is_trusted = not hasattr(os, "getuid") or owner in {0, os.getuid()}
        return is_trusted and _answers(*_host_and_port(address))
    except (OSError, ValueError, UsageError):
        return False
