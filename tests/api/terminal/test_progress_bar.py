from __future__ import annotations

from pathlib import Path

import pytest

from api.terminal.progress_bar import ProgressBar, duration, size, summary
from indexer.pipeline import Estimate, Tally


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (89, "89.0 s"), (90, "1.5 min"), (7200, "2.0 h")]
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "0 B"), (999, "999 B"), (1500, "2 kB"), (3.2e9, "3.2 GB")]
)
def test_size(amount: float, text: str) -> None:
    assert size(amount) == text


def test_summary_tells_what_a_person_must_know() -> None:
    tally = Tally(added=9000, rejected=2, truncated=7, rejects_file=Path("x.rejects.jsonl"))
    line = summary(tally)
    for part in (
        "9,000 added",
        "2 rejected",
        "x.rejects.jsonl",
        "7 longer than the model's input limit",
    ):
        assert part in line
    assert "stopped" not in line
    tally.interrupted = True
    assert "run the same command again" in summary(tally)


def test_summary_tells_how_to_keep_rejects_that_went_nowhere() -> None:
    tally = Tally(added=1, rejected=2)
    assert "--rejects" in summary(tally, rejects_option="--rejects")
    assert "reasons" not in summary(tally)
    assert "--rejects" not in summary(Tally(added=1), rejects_option="--rejects")


def test_off_a_terminal_only_the_estimate_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    with ProgressBar() as bar:
        bar.estimated(
            Estimate(papers=9877, seconds=200, disk_bytes=30_000_000, memory_bytes=900_000_000)
        )
        bar.advanced(Tally(added=100, seconds=2.0), 0.1)
        bar.advanced(Tally(added=200), None)
    out, err = capfd.readouterr()
    assert out == ""
    assert err == ("nearpaper: about 9,877 papers: 3.3 min, 30 MB on disk, 900 MB of memory\n")
