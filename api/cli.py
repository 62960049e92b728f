"""The ``nearpaper`` command from outside: arguments in; streams and an exit code out.

Every failure becomes one line on standard error and a documented exit code. Set
``NEARPAPER_DEBUG=1`` to see the traceback instead.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Any, NoReturn

import typer

from api.commands.app import app
from api.commands.exit_codes import INTERRUPTED
from api.terminal.streams import abandon_stdout, prepare_streams, say
from indexer.errors import NearpaperError, storage_error
from search.option_names import nearest


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line and give its exit code."""
    try:
        code = _invoke(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        say("stopped")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output, such as `head`, has seen enough of it.
        abandon_stdout()
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
        abandon_stdout()
    say(_usage_problem(error) if isinstance(error, typer.TyperException) else str(error))
    return error.exit_code


def _usage_problem(error: typer.TyperException) -> str:
    """What is wrong with a command line, and what to do."""
    context = getattr(error, "ctx", None)
    problem = error.format_message().rstrip(".").replace("Value error, ", "")
    # An option that is there, but without its value, has a name too, and no possibilities.
    if hasattr(error, "possibilities") and (name := getattr(error, "option_name", None)):
        problem = f"no option {name}"
        if near := _nearest_option(name, context):
            return f"{problem}; did you mean {near}?"
    elif problem.startswith("Got unexpected extra argument"):
        problem += "; put text with spaces in quotes"
    return f"{problem}; see `{context.command_path if context else 'nearpaper'} --help`"


def _nearest_option(name: str, context: Any) -> str:  # noqa: ANN401 - Typer's own, not public
    """The option of a command that somebody means by another, empty where none is like it."""
    params = context.command.params if context else []
    options = [one for param in params if not getattr(param, "hidden", False) for one in param.opts]
    known = {one.lstrip("-").replace("-", "_"): one for one in options if one.startswith("--")}
    near = nearest(name.lstrip("-").replace("-", "_").lower(), known)
    return known[near] if near else ""


def _unexpected(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """One line even for a fault of ours; Python then exits with 1."""
    say(f"unexpected {kind.__name__}: {error}; NEARPAPER_DEBUG=1 shows where; please report it")


def main() -> None:
    """Entry point of the ``nearpaper`` command."""
    codes = [1]
    # Registered before anything else is, and so called after everything else.
    atexit.register(_leave, codes)
    prepare_streams()
    if not os.environ.get("NEARPAPER_DEBUG"):
        sys.excepthook = _unexpected
    codes[:] = [run(sys.argv[1:])]
    sys.exit(codes[0])


def _leave(codes: list[int]) -> NoReturn:
    """End the process once all is done, before native libraries take themselves apart.

    Their threads may still run then: of thousands of commands that had printed their answer, one
    ended with a segmentation fault.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(codes[0])


if __name__ == "__main__":
    main()
