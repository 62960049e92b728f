"""One OpenSearch process, with its folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.cluster.errors import ClusterError
from tests.cluster.java import contains
from tests.cluster.user import make_folder, wrapper

LOGGING = """status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""
STOP_SECONDS = 20.0
LAST_LINES = 15


class Node:
    """One node: ended by `end`, and by the system when the thread that started it ends.

    Attributes:
        port: of HTTP.
        log: Where it writes what happens.
    """

    def __init__(self, folder: Path, port: int, settings: Mapping[str, object]) -> None:
        self.port = port
        self._folder = folder
        self.log = folder / "log"
        self._settings = {
            **settings,
            "http.port": port,
            "path.data": str(folder / "data"),
            "path.logs": str(folder),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, java: Path, distribution: Path, heap: str, *, full_speed: bool) -> None:
        """Starts the process, whose data are those that it had before."""
        # One folder for the configuration of each node: each makes its keystore in it.
        configuration, temporary = self._folder / "config", self._folder / "tmp"
        for folder in (self._folder, configuration, temporary):
            make_folder(folder)
        (configuration / "log4j2.properties").write_text(LOGGING)
        # JSON is YAML.
        (configuration / "opensearch.yml").write_text(json.dumps(self._settings, indent=2))
        classes = f"{distribution}/lib/*"
        if not contains(java, b"thai_dict"):
            classes += f":{distribution}/icu/*"
        command = [
            *wrapper(),
            *(f"{java}/bin/java", f"-Xms{heap}", f"-Xmx{heap}", "-XX:+UseSerialGC"),
            *_compiler(java, full_speed=full_speed),
            "-Djava.locale.providers=SPI,CLDR",
            *(f"-Djava.io.tmpdir={temporary}", f"-Djna.tmpdir={temporary}"),
            f"-Dopensearch.path.home={distribution}",
            f"-Dopensearch.path.conf={configuration}",
            "-Dopensearch.distribution.type=tar",
            *("-cp", classes, "org.opensearch.bootstrap.OpenSearch"),
        ]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd="/",
                env={"PATH": os.environ["PATH"], "HOME": str(temporary)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C is for whoever started the cluster.
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        """Whether the process is there, if only paused."""
        return self._process is not None and self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Sends a signal to the process."""
        if self._process is None or not self.running:
            raise ClusterError(f"{self._folder.name} isn't running")
        self._process.send_signal(number)

    def pause(self) -> None:
        """Stops the process, and waits until its last thread stands still."""
        self.send(signal.SIGSTOP)
        assert self._process is not None
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def wait(self, seconds: float | None = None) -> None:
        """Waits for the end of the process; `subprocess.TimeoutExpired` if it doesn't end."""
        if self._process is not None:
            self._process.wait(seconds)

    def terminate(self) -> None:
        """Asks the process to end, even if it is paused."""
        if self.running:
            self.send(signal.SIGTERM)
            self.send(signal.SIGCONT)

    def end(self) -> None:
        """Ends the process after some patience; its data stay."""
        try:
            self.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            self.wait()

    def last_words(self) -> str:
        """The end of its log, without the frames of stack traces."""
        if not self.log.exists():
            return ""
        log = self.log.read_text(encoding="utf-8", errors="replace")
        lines = [line for line in log.splitlines() if not line.startswith("\tat ")]
        return "\n".join([f"{self._folder.name}:", *lines[-LAST_LINES:]])


def _compiler(java: Path, *, full_speed: bool) -> list[str]:
    if not full_speed:
        # One pass of Java's compiler instead of two: green in half the time.
        return ["-XX:TieredStopAtLevel=1"]
    incubator = "jdk.incubator.vector"  # computes vectors faster
    return [f"--add-modules={incubator}"] if contains(java, f"/{incubator}".encode()) else []
