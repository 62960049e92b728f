"""``python -m tests.bench.reading FILE... --against CHECKOUT``: how fast readers are, and before.

Each round reads a file with this checkout and with the other, in turn and each in a process of
its own, so that both meet the same noise. The least processor time of all rounds counts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parents[2]

_READ = """
import resource, sys, time
from indexer.sources.source import open_source
best = 1e9
for _ in range(5):
    begun = time.process_time()
    with open_source(sys.argv[1]) as items:
        count = sum(1 for _ in items)
    best = min(best, time.process_time() - begun)
print(best, count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


class Run(NamedTuple):
    """What reading one file takes.

    Attributes:
        seconds: Of processor time, the least of five.
        records: Papers, removals and rejects in it.
        kilobytes: The most memory that the process held.
    """

    seconds: float
    records: int
    kilobytes: int

    @property
    def rate(self) -> str:
        """Records a second and megabytes, to print."""
        return f"{self.records / self.seconds:10,.0f} {self.kilobytes / 1024:6,.0f}"


def read(path: Path, checkout: Path) -> Run:
    """Reads a file five times in a process that runs the readers of a checkout."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", _READ, str(path.resolve())],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout.resolve())},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, records, kilobytes = done.stdout.split()
    return Run(float(seconds), int(records), int(kilobytes))


def best(runs: Sequence[Run]) -> Run:
    """The least time and the least memory of some runs over one file."""
    return Run(min(r.seconds for r in runs), runs[0].records, min(r.kilobytes for r in runs))


def rows(paths: Sequence[Path], before: Path, rounds: int) -> Iterator[str]:
    """One line of a table for each file."""
    yield f"{'file':16} {'records/s':>10} {'MB':>6} {'before':>10} {'MB':>6} {'time':>6}"
    for path in paths:
        pairs = [(read(path, HERE), read(path, before)) for _ in range(rounds)]
        now, then = (best(runs) for runs in zip(*pairs, strict=True))
        yield f"{path.name:16} {now.rate} {then.rate} {now.seconds / then.seconds:6.2f}"


def main() -> None:
    """Prints the table as its lines come."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reading", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--against", type=Path, required=True, metavar="CHECKOUT")
    parser.add_argument("--rounds", type=int, default=6)
    asked = parser.parse_args()
    for row in rows(asked.files, asked.against, asked.rounds):
        print(row, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
