"""Lines of the log, as text or as JSON."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Literal

LogFormat = Literal["text", "json"]
ACCESS = logging.getLogger("nearpaper.access")
SLOW = logging.getLogger("nearpaper.slow")


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


def set_up(format: LogFormat, *, access: bool) -> None:
    """Let this process write its log to standard error.

    Args:
        format: Of the lines.
        access: Whether there is a line for each request.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if format == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    ACCESS.setLevel(logging.INFO if access else logging.WARNING)
