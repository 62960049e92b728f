"""Lines of the log, as text or as JSON."""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from datetime import UTC, datetime
from queue import Full, Queue
from threading import Thread
from typing import Literal

LogFormat = Literal["text", "json"]
_LOG = logging.getLogger("nearpaper")
ACCESS = logging.getLogger("nearpaper.access")
SLOW = logging.getLogger("nearpaper.slow")

WAITING = 10_000
"""Lines that may wait to be written; some megabytes."""
LAST_SECONDS = 1.0
"""That a process which ends waits for whoever reads its log."""


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and what was given as ``fields``."""

    def format(self, record: logging.LogRecord) -> str:
        """A record as a line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True)


class TextLines(logging.Formatter):
    """``nearpaper: `` and the message, then what was given as ``fields``."""

    def format(self, record: logging.LogRecord) -> str:
        """A record as a line; a traceback follows it."""
        fields = getattr(record, "fields", {})
        told = " ".join(f"{name}={json.dumps(value)}" for name, value in fields.items())
        plain = super().format(record).removeprefix("nearpaper: ")
        return f"nearpaper: {plain} {told}".rstrip()


class PatientLines(logging.Handler):
    """Writes to standard error from a thread of its own.

    Who reads the log and stops, as a full pipe to a collector does, stops no answer: lines wait,
    and what is too much is counted and left out.
    """

    def __init__(self, descriptor: int = 2) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._lines: Queue[str] = Queue(WAITING)
        self._left_out = 0
        self._writer = Thread(target=self._write, name="log", daemon=True)
        self._writer.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Have a record written soon."""
        try:
            self._lines.put_nowait(self.format(record))
        except Full:
            self._left_out += 1
        except Exception:  # of any kind: no answer fails because of its line, as Python has it
            self.handleError(record)

    def flush(self) -> None:
        """Wait until all is written, or for a second."""
        with self._lines.all_tasks_done:
            self._lines.all_tasks_done.wait_for(
                lambda: not self._lines.unfinished_tasks, timeout=LAST_SECONDS
            )

    def _write(self) -> None:
        while True:
            line = self._lines.get()
            with suppress(OSError):  # nobody reads it any more
                # Not through `sys.stderr`, which the end of the process would wait for.
                os.write(self._descriptor, f"{line}\n".encode(errors="backslashreplace"))
            if self._left_out and self._lines.empty():
                fields = {"lines": self._left_out}
                self._left_out = 0
                _LOG.warning("nobody read the log, lines are left out", extra={"fields": fields})
            self._lines.task_done()


def set_up(format: LogFormat, *, access: bool) -> None:
    """Let this process write its log to standard error.

    Args:
        format: Of the lines.
        access: Whether there is a line for each request.
    """
    handler = PatientLines()
    handler.setFormatter(JsonLines() if format == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    ACCESS.setLevel(logging.INFO if access else logging.WARNING)


def settle() -> None:
    """Wait until the log is written, or for a second where nobody reads it."""
    for handler in logging.getLogger().handlers:
        handler.flush()
