"""The ``nearpaper`` command from outside: arguments in; streams and an exit code out.

Every failure becomes one line on standard error and a documented exit code. Set
``NEARPAPER_DEBUG=1`` to see the traceback instead.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from types import TracebackType

import typer

from api.commands.app import app
from api.commands.exit_codes import INTERRUPTED
from api.terminal import output as terminal
from indexer.errors import NearpaperError, storage_error


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line and give its exit code."""
    try:
        code = _invoke(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        terminal.say("stopped")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output, such as `head`, has seen enough of it.
        terminal.abandon_stdout()
        return 0
    except (NearpaperError, typer.TyperException, OSError) as error:
        if os.environ.get("NEARPAPER_DEBUG"):
            raise
        return _failed(error)
    return code


def _invoke(arguments: Sequence[str]) -> int:
    """Let Typer parse and call, without its own way of ending a process."""
    command = typer.main.get_command(app)
    try:
        with command.make_context("nearpaper", list(arguments)) as context:
            code = command.invoke(context)
    except typer.Exit as exit_:
        return exit_.exit_code
    return code if isinstance(code, int) else 0


def _failed(error: NearpaperError | typer.TyperException | OSError) -> int:
    """Say what failed; the exit code."""
    if isinstance(error, OSError):
        error = storage_error(error, error.filename or "output")
        terminal.abandon_stdout()
    if isinstance(error, typer.TyperException):
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "nearpaper"
        problem = error.format_message().rstrip(".").replace("Value error, ", "")
        if problem.startswith("Got unexpected extra argument"):
            problem += "; put what has spaces in quotes"
        terminal.say(f"{problem}; see `{path} --help`")
    else:
        terminal.say(str(error))
    return error.exit_code


def _unexpected(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """One line even for a fault of ours; Python then exits with 1."""
    terminal.say(f"unexpected {kind.__name__}: {error}; NEARPAPER_DEBUG=1 shows where, report it")


def main() -> None:
    """Entry point of the ``nearpaper`` command."""
    terminal.prepare_streams()
    if not os.environ.get("NEARPAPER_DEBUG"):
        sys.excepthook = _unexpected
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
