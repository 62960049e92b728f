from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Nearpaper = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_a_model_is_described_in_one_object(nearpaper: Nearpaper) -> None:
    code, out, err = nearpaper("model", "hashing", "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert (found["name"], found["dimension"], found["max_tokens"]) == ("hashing", 256, 4096)
    assert found["papers_per_second"] > 0
    assert found["question_ms"] > 0
    assert found["disk_bytes_of_a_million"] > 2 * 2 * 256 * 1_000_000
    assert (found["device"], found["licence"], found["layers"]) == ("cpu", "", None)


@pytest.mark.parametrize(
    ("name", "says"),
    [("/no/such/folder", "neither a folder nor"), ("{here}", "no modules.json")],
)
def test_what_cannot_be_run_gets_one_line(
    nearpaper: Nearpaper, tmp_path: Path, name: str, says: str
) -> None:
    code, out, err = nearpaper("model", name.format(here=tmp_path))
    assert (code, out, err.count("\n")) == (1, "", 1), err
    assert says in err


@pytest.mark.slow
def test_on_a_terminal_it_is_in_the_units_that_people_use() -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "api.cli", "model", "hashing"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "TERM": "dumb"},
        stdout=theirs,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(theirs)
        _, err = process.communicate(timeout=60)
    out = os.read(ours, 10_000).decode()
    os.close(ours)
    assert (process.returncode, err) == (0, b"")
    said = " ".join(out.split())
    assert "reads 4,096 tokens" in said
    assert "an index of a million papers" in said
    assert "3.6 GB" in said
    assert "licence not on its card" in said
