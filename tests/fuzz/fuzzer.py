"""Feeds readers files that are nearly right, for as long as their budget lasts."""

from __future__ import annotations

import resource
import time
import traceback
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from random import Random

from indexer.errors import SourceError
from indexer.papers.paper import Paper
from indexer.sources import FORMATS, Reject, Removal, judge, open_source
from indexer.sources.detect import SEEKING
from indexer.sources.reading.attempts import UNFORESEEN
from indexer.sources.reading.raw import Columns
from indexer.sources.reading.stream import buffered
from tests.fuzz.mutation import mutated

MAX_SECONDS = 10.0
"""Of processor time for one input, which is small; a reader that takes as long hangs."""
_AS_FILES = 0.1
"""Share of the inputs that go the way of a file, by their name and by their content."""


@dataclass(slots=True)
class Outcome:
    """What became of a reader.

    Attributes:
        reader: The format's name.
        inputs: How many it read.
        papers: That came out.
        failures: Inputs that ended in an error which isn't one line for a person, with the reason.
        slowest: Seconds of processor time that the slowest input took.
        grown: By how many bytes the process grew at its peak.
    """

    reader: str
    inputs: int = 0
    papers: int = 0
    failures: list[tuple[bytes, str]] = field(default_factory=list)
    slowest: float = 0.0
    grown: int = 0


def fuzz(reader: str, seconds: float, seed: int, folder: Path) -> Outcome:
    """Read one input after the other until time is up.

    Args:
        reader: A key of :data:`~indexer.sources.FORMATS`.
        seconds: The budget.
        seed: Of the inputs; the same inputs in the same order for the same seed.
        folder: For inputs that are read as files.
    """
    outcome, random = Outcome(reader), Random(f"{reader} {seed}")  # noqa: S311 - no secret
    before = _peak()
    end = time.monotonic() + seconds
    while time.monotonic() < end and len(outcome.failures) < 20:
        data = mutated(reader, random)
        start = time.process_time()
        try:
            as_file = random.random() < _AS_FILES
            outcome.papers += _read_file(reader, data, folder) if as_file else read(reader, data)
        except Exception:  # whatever it is, it ended a run
            outcome.failures.append((data, traceback.format_exc(limit=-4)))
        took = time.process_time() - start
        if took > MAX_SECONDS:
            outcome.failures.append((data, f"took {took:.1f} s"))
        outcome.slowest = max(outcome.slowest, took)
        outcome.inputs += 1
    outcome.grown = _peak() - before
    return outcome


def read(reader: str, data: bytes) -> int:
    """How many papers a reader finds; any error but ``SourceError`` is raised."""
    papers = 0
    stream = BytesIO(data) if reader in SEEKING else buffered([data])
    try:
        for item in FORMATS[reader](stream):
            if not isinstance(item, Columns):
                judged = judge(item, source="fuzz", path="fuzz")
                assert isinstance(judged, Paper | Reject | Removal)
                assert not (isinstance(judged, Reject) and judged.reason.startswith(UNFORESEEN))
                papers += isinstance(judged, Paper)
    except SourceError as error:
        _require_line(error)
    return papers


def _require_line(error: SourceError) -> None:
    assert len(str(error).splitlines()) == 1, error


def _read_file(reader: str, data: bytes, folder: Path) -> int:
    path, papers = folder / "fuzz", 0
    path.write_bytes(data)
    for format in (reader, None):
        try:
            papers += sum(isinstance(item, Paper) for item in open_source(str(path), format))
        except SourceError as error:
            _require_line(error)
    return papers


def _peak() -> int:
    """Bytes that the process took up at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
