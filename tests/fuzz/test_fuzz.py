"""Nothing that stands in a file ends a run: each reader for a moment; `make fuzz` takes longer."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.sources import FORMATS
from indexer.sources.detect import detect_format
from tests.fuzz.fuzzer import fuzz, read
from tests.fuzz.mutation import mutated
from tests.fuzz.samples import SEEDS

SECONDS = 0.4
"""For each reader."""

ours = pytest.mark.parametrize("reader", FORMATS)


@pytest.mark.slow
@ours
def test_a_reader_survives_files_that_are_nearly_right(reader: str, tmp_path: Path) -> None:
    outcome = fuzz(reader, SECONDS, 0, tmp_path)
    assert outcome.failures == []
    assert outcome.inputs > 3
    assert outcome.grown < 300_000_000


@pytest.mark.slow
@ours
@given(random=st.randoms(use_true_random=False))
def test_hypothesis_finds_no_file_that_ends_a_run(reader: str, random: Random) -> None:
    assert read(reader, mutated(reader, random)) >= 0


@pytest.mark.parametrize("name", [name for name in FORMATS if name in SEEDS])
def test_the_seeds_are_right(name: str) -> None:
    """What is fuzzed begins as a file of the format, of which papers come out."""
    assert read(name, SEEDS[name]) > 0
    assert detect_format(SEEDS[name]) == name


def test_a_reader_that_fails_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(stream: object) -> object:
        raise IndexError("no such place")

    def hangs(stream: object) -> object:
        begun = time.process_time()
        while time.process_time() < begun + 0.01:
            pass
        return iter(())

    broken: list[tuple[Callable[[object], object], str]] = [(fails, "IndexError"), (hangs, "took")]
    for reader, reason in broken:
        monkeypatch.setitem(FORMATS, "jsonl", reader)
        monkeypatch.setattr("tests.fuzz.fuzzer.MAX_SECONDS", 0.001)
        assert any(reason in why for _, why in fuzz("jsonl", 0.3, 0, tmp_path).failures)
