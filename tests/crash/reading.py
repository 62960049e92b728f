"""A process that keeps asking an index and writes down each answer, until its input ends.

Answers come by meaning, by words and through a filter, so that vectors, words, columns and catalog
all have their say; what they say is judged by `test_readers.py`.
"""

from __future__ import annotations

import json
import select
import sys
import time
from itertools import cycle
from pathlib import Path

from search.engine import Engine
from search.options import Mode
from search.query.filters import Filters

ASKED: tuple[tuple[Mode, Filters], ...] = (
    ("dense", Filters()),
    ("lexical", Filters()),
    ("hybrid", Filters(categories=("all",))),
)


def mapped(folder: str) -> int:
    """Files of the index that this process has mapped and that are gone from their folder."""
    lines = Path("/proc/self/maps").read_text().splitlines()
    return sum(folder in line and line.endswith("(deleted)") for line in lines)


def main(folder: str) -> None:
    with Engine.open(folder) as engine:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        for mode, filters in cycle(ASKED):
            if select.select([sys.stdin], [], [], 0)[0]:
                break
            answer = engine.search("paper of words", mode=mode, filters=filters, limit=200)
            seen = {
                "at": time.time(),
                "generation": answer.generation,
                "total": answer.total,
                "papers": {result.paper.id: result.paper.title for result in answer.results},
            }
            sys.stdout.write(json.dumps(seen) + "\n")
        del answer
        sys.stdout.write(json.dumps({"mapped": mapped(folder)}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
