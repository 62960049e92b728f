"""``nearpaper fetch`` as people run it: a process, against a server on this machine."""

from __future__ import annotations

import os
import random
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from archive_server import ArchiveServer, Record, archive_server, says, silence

from api.cli import run
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import info
from search.engine import Engine

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "harvesting.md"
DELAY = 0.06


@pytest.fixture
def archive() -> Iterator[ArchiveServer]:
    """Fifty pages of ten papers."""
    with archive_server([Record(number) for number in range(1, 501)]) as running:
        yield running


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NEARPAPER_INDEX", str(tmp_path / "index"))
    return tmp_path / "index"


def options(archive: ArchiveServer, path: str = "/oai", delay: float = DELAY) -> list[str]:
    return ["--base-url", archive.url(path), "--delay", str(delay), "--model", "hashing"]


def started(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "api.cli", "fetch", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(archive: ArchiveServer, count: int) -> None:
    """Until so many requests have come."""
    until = time.monotonic() + 30
    while len(archive.requests) < count:
        assert time.monotonic() < until
        time.sleep(0.002)


@pytest.mark.parametrize(
    ("kills", "pages", "delay"), [(1, 8, DELAY), pytest.param(10, 50, 3.0, marks=pytest.mark.slow)]
)
def test_a_harvest_that_is_killed_is_complete_and_asks_for_no_page_needlessly(
    archive: ArchiveServer, index: Path, kills: int, pages: int, delay: float
) -> None:
    archive.records = archive.records[: 10 * pages]
    chance = random.Random(6)  # noqa: S311 - instants to kill at, no secrets
    command = ["arxiv", "--set", "cs", "--from", "2024-01-01", *options(archive, delay=delay)]
    killed: list[int] = []
    for _ in range(kills):
        with started(*command) as process:
            wait_for(archive, len(archive.requests) + chance.randint(2, 5))
            time.sleep(chance.uniform(0, delay))
            process.kill()
        killed.append(len(archive.requests))
    with started(*command) as process:
        assert process.wait(300) == 0
    assert info(index)["papers"] == 10 * pages
    assert check(index) == []

    asked = [tuple(request.parameters.items()) for request in archive.requests]
    assert len(set(asked)) == pages
    again = [place for place in range(1, len(asked)) if asked[place] in asked[:place]]
    # Only what was under way when a process was killed, and at once by the next one.
    assert set(again) <= set(killed)
    assert all(asked[place] == asked[place - 1] for place in again)
    times = [request.time for request in archive.requests]
    assert min(after - before for before, after in pairwise(times)) >= delay


@pytest.mark.slow
def test_following_in_a_cron_line(
    archive: ArchiveServer, index: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    line = ["fetch", "arxiv", "--set", "cs", "--since-last", "--exit-code", *options(archive)]
    assert run(line) == 2
    assert "give --from DATE the first time" in capfd.readouterr().err
    assert run([*line, "--from", "2024-01-01"]) == 0
    assert "500 added" in capfd.readouterr().err
    assert run(line) == 4
    archive.delete(7, "2100-01-01")
    assert run(line) == 0
    assert "1 removed" in capfd.readouterr().err
    assert run(line) == 4
    assert run([part for part in line if part != "--exit-code"]) == 0


def test_ctrl_c_says_how_to_go_on(archive: ArchiveServer, index: Path) -> None:
    command = ["arxiv", "--query", "cat:cs.CL", *options(archive, "/api/query")]
    with started(*command) as process:
        wait_for(archive, 4)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stderr is not None
        (line,) = process.stderr.read().splitlines()
    assert "stopped" in line
    assert "run the same command again to resume" in line
    with Engine.open(index) as engine:
        assert 20 <= engine.search("paper", limit=1).total <= 40


@pytest.mark.slow
def test_two_harvests_at_once_are_told(
    archive: ArchiveServer, index: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    command = ["arxiv", "--set", "cs", "--from", "2024-01-01", *options(archive)]
    archive.faults.extend([None, silence])
    with started(*command) as process:
        wait_for(archive, 2)
        assert run(["fetch", *command]) == 1
        process.kill()
    (line,) = capfd.readouterr().err.splitlines()
    assert "another process is writing" in line
    assert len(archive.requests) == 2


def test_waiting_is_said(
    archive: ArchiveServer, index: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    archive.faults.append(says(503, retry_after="1"))
    command = ["huggingface", "--from", "2024-02-29", "--to", "2024-02-29"]
    assert run(["fetch", *command, *options(archive, "/api/daily_papers")]) == 0
    first, last = capfd.readouterr().err.splitlines()
    assert first == "nearpaper: the server answers 503; trying again in 1.0 s"
    assert "0 added" in last


def shown() -> list[list[str]]:
    """The command lines of the page on harvesting."""
    blocks = re.findall(r"^```(?:sh|text)\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    found = [shlex.split(line.partition(" &&")[0].partition(" 2>>")[0]) for line in lines]
    return [words[words.index("nearpaper") + 1 :] for words in found if "nearpaper" in words]


@pytest.mark.slow
def test_what_the_page_shows_works(
    index: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENALEX_API_KEY", raising=False)
    paths = {"--set": "/oai", "--query": "/api/query", "huggingface": "/api/daily_papers"}
    today = datetime.now(UTC).date().isoformat()
    with archive_server([Record(1, "2024-12-03"), Record(2, today)]) as archive:
        for number, words in enumerate(shown()):
            path = next((paths[word] for word in words if word in paths), "/works")
            path = "/works" if "openalex" in words else path
            start = [] if "--from" in words else ["--from", today]
            into = [*start, *options(archive, path, 0), "--index", str(index / str(number))]
            assert run([*words, *into]) == 0, words
            assert " added" in capfd.readouterr().err
    assert len(shown()) >= 8


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("arxiv", "give --set or --query"),
        ("arxiv --set cs --query x", "give --set or --query"),
        ("arxiv --set cs", "give --from or --since-last"),
        ("arxiv --set cs --from 2024", "write YYYY-MM-DD"),
        ("arxiv --set cs --from 2024-13-01", "write YYYY-MM-DD"),
        ("arxiv --set cs --from 2024-02-01 --to 2024-01-01", "later than --to"),
        ("arxiv --set cs --since-last --to 2024-01-01", "leave out --to"),
        ("arxiv --set c?s --from 2024-01-01", "no set of arXiv"),
        ("arxiv --set cs --from 2024-01-01 --delay 1", "asks for 3 seconds"),
        ("arxiv --set cs --from 2024-01-01 --base-url http://example.org/", "https://"),
        ("huggingface", "give --from or --since-last"),
        ("huggingface --from 2024-01-01 --delay 0", "asks for 1 seconds"),
    ],
)
def test_what_cant_be_fetched_is_one_line(
    index: Path, capfd: pytest.CaptureFixture[str], arguments: str, says: str
) -> None:
    assert run(["fetch", *arguments.split()]) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert says in line
    assert not index.exists()


def test_fetching_starts_without_torch_and_the_web_service(
    archive: ArchiveServer, index: Path
) -> None:
    code = (
        "import sys\nfrom api.cli import run\ncode = run(sys.argv[1:])\n"
        "print(*{name.partition('.')[0] for name in sys.modules})\nsys.exit(code)"
    )
    command = ["arxiv", "--set", "cs", "--from", "2099-01-01", *options(archive)]
    done = subprocess.run(
        [sys.executable, "-c", code, "fetch", *command], capture_output=True, text=True, check=True
    )
    names = set(done.stdout.split())
    assert "httpx2" in names
    assert not {"torch", "fastapi", "uvicorn", "sentence_transformers"} & names
