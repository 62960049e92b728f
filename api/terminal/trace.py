"""``NEARPAPER_TRACE=1``: a table of the stages of each answer, on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from search.stages import Stage

if TYPE_CHECKING:  # commands start without what only answers need
    from search.engine import Engine

VARIABLE = "NEARPAPER_TRACE"


def trace(engine: Engine) -> Engine:
    """The same engine, which prints what its stages took where the variable is set."""
    if os.environ.get(VARIABLE, "") not in ("", "0"):
        engine.observers.append(_print)
    return engine


def _print(stages: Sequence[Stage]) -> None:
    """One write, so that answers of several threads don't mix."""
    lines = [f"{'stage':<10}{'ms':>8}{'cpu ms':>8}"]
    lines += [f"{each.name:<10}{1000 * each.wall:>8.2f}{1000 * each.cpu:>8.2f}" for each in stages]
    sys.stderr.write("\n".join(lines) + "\n")
