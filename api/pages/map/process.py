"""``python -m api.pages.map.process LOCATION FILE``: a map as a service's page.

Runs as a process of its own at a low priority. Prints how much is done, from 0 to 1, a number
a line; where it fails, one line that says why.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from api.pages.map.map_page import map_page
from api.wording import message
from indexer.errors import NearpaperError, storage_error
from indexer.files import replace_file
from search.map.map import draw

MOST = 50_000
"""Papers that are shown: more are a page of many megabytes and minutes of work."""
_STEPS = {"Reading titles": (0.0, 0.05), "Laying out": (0.05, 0.9), "Naming regions": (0.9, 1.0)}


def main(location: str, file: Path) -> int:
    """Make a map; the exit code."""
    _step_back()
    try:
        drawn = draw(location, most=MOST, report=_report)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(error, file.parent) from error
        replace_file(file, map_page(drawn, None, served=True).encode())
    except NearpaperError as error:
        _say(message(str(error)))
        return 1
    return 0


def _step_back() -> None:
    """Leave nine tenths of a busy processor to whoever answers, and still get done (Linux)."""
    if hasattr(os, "nice"):
        os.nice(10)


def _report(doing: str, fraction: float) -> None:
    first, last = _STEPS[doing]
    _say(f"{first + fraction * (last - first):.3f}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
