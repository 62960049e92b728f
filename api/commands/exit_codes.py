"""The exit codes of the command, in one place; errors carry theirs (:mod:`indexer.errors`)."""

from __future__ import annotations

from typing import Final

EXIT_CODES: Final = (
    "Exit codes: 0 done; 1 something failed; 2 bad usage; 3 the index or a paper is not there; "
    "4 nothing was new (fetch and digest, --exit-code); 130 stopped by Ctrl-C."
)
NOT_THERE: Final = 3
NOTHING_NEW: Final = 4
INTERRUPTED: Final = 130
