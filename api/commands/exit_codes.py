"""The exit codes of the command, in one place; errors carry theirs (:mod:`indexer.errors`)."""

from __future__ import annotations

from typing import Final

EXIT_CODES: Final = (
    "Exit codes: 0 success; 1 failure; 2 bad usage; 3 the index or a paper doesn't exist; "
    "4 nothing new (fetch and digest with --exit-code); 130 stopped by Ctrl-C."
)
NOTHING_READ: Final = 1
NOT_THERE: Final = 3
NOTHING_NEW: Final = 4
INTERRUPTED: Final = 130
