"""The standard streams: results on standard output, all else on standard error."""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.serialise import to_line
from api.wording import clean, message

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


def say(text: str) -> None:
    """Write one line to standard error."""
    print(f"nearpaper: {message(text)}", file=sys.stderr, flush=True)  # noqa: T201


def prepare_streams() -> None:
    """Let neither a closed stream nor a character that the locale lacks stop the output."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 - for good
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def abandon_stdout() -> None:
    """After a failed write: keep the interpreter from trying, and complaining, again at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def takes_unicode() -> bool:
    """Whether standard output is in UTF-8."""
    return codecs.lookup(sys.stdout.encoding or "ascii").name == "utf-8"


def write_json(values: Iterable[Mapping[str, Any]]) -> None:
    """Write one JSON object a line to standard output."""
    for value in values:
        sys.stdout.write(to_line(value, ascii_only=not takes_unicode()) + "\n")


def write_text(text: str) -> None:
    """Write a text to standard output at once."""
    sys.stdout.write(text)
    sys.stdout.flush()


def console() -> Console:
    """Standard output, for Rich texts and tables."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def shown(text: str, style: str = "") -> Text:
    """A Rich text, which is never read as markup."""
    from rich.text import Text

    return Text(clean(text), style=style)
