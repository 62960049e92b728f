"""What a run says while it goes on is right, and Ctrl-C keeps what was embedded."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from indexer import pipeline
from indexer.location import using_store
from indexer.maintenance.check import check
from indexer.models.embedder import Encoded
from indexer.models.hashing import HashingEmbedder
from indexer.pipeline import add
from indexer.progress import Estimate, Tally

COUNT = 3_000
WORDS = [f"{word}{n}" for word in ("tea", "shade", "growth", "leaf", "rain") for n in range(200)]


def records() -> list[dict[str, str]]:
    random = Random(0)  # noqa: S311 - no secret
    return [
        {
            "title": f"Tea {n} {' '.join(random.choices(WORDS, k=8))}",
            "abstract": " ".join(random.choices(WORDS, k=random.randint(20, 300))),
        }
        for n in range(COUNT)
    ]


WRITERS: dict[str, Callable[[dict[str, str]], str]] = {
    "jsonl": lambda one: json.dumps(one) + "\n",
    "json": lambda one: json.dumps(one) + ",",
    "csv": lambda one: f"{one['title']},{one['abstract']}\n",
    "ris": lambda one: f"TY  - JOUR\nTI  - {one['title']}\nAB  - {one['abstract']}\nER  - \n",
    "bibtex": lambda one: (
        f"@misc{{k,\n title={{{one['title']}}},\n abstract={{{one['abstract']}}}\n}}\n"
    ),
}


class Watcher:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.estimates: list[Estimate] = []
        self.totals: list[float] = []

    def estimated(self, estimate: Estimate) -> None:
        self.estimates.append(estimate)

    def advanced(self, tally: Tally, fraction: float | None) -> None:
        if fraction and fraction > 0.1:
            self.totals.append((tally.read + tally.ahead) / fraction)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    "format",
    [pytest.param(name, marks=[pytest.mark.slow] * (name != "jsonl")) for name in WRITERS],
)
def test_the_number_of_papers_is_told_within_a_tenth(
    format: str, packed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "LONG_SECONDS", 0.0)
    monkeypatch.setattr(pipeline, "SHOWN_SECONDS", 0.0)
    header = {"csv": "title,abstract\n", "json": "["}.get(format, "")
    text = header + "".join(map(WRITERS[format], records()))
    data = (text if format != "json" else text[:-1] + "]").encode()
    path = tmp_path / "papers"
    path.write_bytes(gzip.compress(data) if packed else data)
    watcher = Watcher()
    tally = add(tmp_path / "index", [str(path)], model="hashing", format=format, listener=watcher)
    assert tally.read == COUNT
    (estimate,) = watcher.estimates
    assert estimate.papers == pytest.approx(COUNT, rel=0.1)
    assert watcher.totals == pytest.approx([COUNT] * len(watcher.totals), rel=0.1)


def test_the_estimate_holds_for_what_was_read_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An int8 model looks at some papers before any is embedded."""
    from indexer.batches import Records
    from indexer.sources import open_source

    path = tmp_path / "papers.jsonl"
    path.write_text("".join(map(WRITERS["jsonl"], records())))
    ahead = Records([open_source(str(path))])
    sample = ahead.sample()
    assert len(sample.texts) == 400
    assert sample.papers == pytest.approx(len(records()), rel=0.1)
    read = 0
    for batch in ahead.batches():
        read += len(batch.records)
        if read > 400:
            assert batch.fraction
            assert read / batch.fraction == pytest.approx(COUNT, rel=0.1)


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Ctrl-C while the embedder works for the so-manieth time."""
    embed = HashingEmbedder.encode_documents

    def after(calls: int) -> None:
        left = iter(range(calls))

        def stopped(self: HashingEmbedder, texts: list[str]) -> Encoded:
            if next(left, None) is None:
                raise KeyboardInterrupt
            return embed(self, texts)

        monkeypatch.setattr(HashingEmbedder, "encode_documents", stopped)

    return after


@pytest.mark.parametrize(("calls", "kept"), [(0, 0), (1, 8), (31, 248), (32, 256), (35, 280)])
def test_ctrl_c_keeps_what_is_embedded(
    calls: int, kept: int, stopping: Callable[[int], None], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path, index = tmp_path / "papers.jsonl", tmp_path / "index"
    path.write_text("".join(map(WRITERS["jsonl"], records()[:300])))
    stopping(calls)
    tally = add(index, [str(path)], model="hashing")
    assert (tally.interrupted, tally.added, tally.embedded) == (True, kept, kept)
    with using_store(index) as store:
        snapshot = store.snapshot()
        assert snapshot is not None
        assert snapshot.about.papers == kept
    monkeypatch.undo()
    again = add(index, [str(path)])
    assert (again.added, again.unchanged, again.embedded) == (300 - kept, kept, 300 - kept)
    assert check(index) == []
