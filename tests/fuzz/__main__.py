"""``make fuzz``: every reader for ten minutes, or as ``--seconds`` says."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from indexer.sources import FORMATS
from tests.fuzz.fuzzer import Outcome, fuzz


def main() -> int:
    """Prints a line for each reader, keeps inputs that failed; 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="for each reader")
    parser.add_argument("--reader", choices=FORMATS, action="append", help="only these")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the inputs")
    given = parser.parse_args()
    print(f"seed {given.seed}")  # noqa: T201
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for reader in given.reader or FORMATS:
            outcome = fuzz(reader, given.seconds, given.seed, Path(folder))
            print(line(outcome), flush=True)  # noqa: T201
            for data, reason in outcome.failures:
                failed = True
                path = Path(f"fuzz-{reader}-{sha256(data).hexdigest()[:8]}")
                path.write_bytes(data)
                print(f"  {path}:\n{reason}")  # noqa: T201
    return int(failed)


def line(outcome: Outcome) -> str:
    """What became of a reader, in one line."""
    return (
        f"{outcome.reader:18}{outcome.inputs:>10,} inputs {outcome.papers:>10,} papers "
        f"{len(outcome.failures):>3} failures, slowest {outcome.slowest:.2f} s, "
        f"grown by {outcome.grown / 1e6:.0f} MB"
    )


if __name__ == "__main__":
    sys.exit(main())
