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
from typing import NoReturn

from api.commands.exit_codes import INTERRUPTED
from api.commands.plain import plain_call
from api.terminal.streams import abandon_stdout, prepare_streams, say
from indexer.errors import NearpaperError, storage_error


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
    except (NearpaperError, OSError) as error:
        if os.environ.get("NEARPAPER_DEBUG"):
            raise
        return _failed(error)
    return code


def _invoke(arguments: Sequence[str]) -> int:
    """Carry it out as it stands if it is plain, else let Typer read it, which takes longer."""
    if call := plain_call(arguments):
        return call() or 0
    from api.commands.invocation import invoke

    return invoke(arguments)


def _failed(error: NearpaperError | OSError) -> int:
    """Say what failed; the exit code."""
    if isinstance(error, OSError):
        error = storage_error(error, error.filename or "output")
        abandon_stdout()
    say(str(error))
    return error.exit_code


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
    if "logging" in sys.modules:  # it may still have lines to write
        sys.modules["logging"].shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(codes[0])


if __name__ == "__main__":
    main()
