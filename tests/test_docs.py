"""What the README, the pages of documentation and the notebook show works as it stands there."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import nbformat
import pytest
from nbclient import NotebookClient

from indexer.pipeline import add
from tests.cluster.stores import new_address, remove_all

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
CLUSTER = ROOT / "docs" / "cluster.md"
"""Its commands need one."""
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
BIN = Path(sys.executable).parent
LOCAL = "http://127.0.0.1:8000"

_ELSEWHERE = ("make ", "pip install", "nearpaper serve", "nearpaper fetch", "curl ", "HF_ENDPOINT=")
"""Beginnings of lines that other tests look after."""


class Shown(NamedTuple):
    """A command with what a page says it prints."""

    command: str
    output: str


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text_of(page), re.DOTALL | re.MULTILINE)


def lines(page: Path) -> list[str]:
    """The lines of a page's commands, continued ones joined."""
    joined = [re.sub(r"\\\n\s*", "", block) for block in blocks(page, "sh")]
    return [line for block in joined for line in block.splitlines()]


def shown(page: Path, program: str) -> list[Shown]:
    """The console sessions of a page, as far as they begin with a program."""
    parts = [part for block in blocks(page, "console") for part in re.split(r"(?m)^\$ ", block)]
    pairs = [Shown(*part.split("\n", 1)) for part in parts if part]
    return [pair for pair in pairs if pair.command.startswith(f"{program} ")]


def having(language: str) -> list[Path]:
    return [page for page in PAGES if blocks(page, language)]


def called(page: Path) -> str:
    return page.name


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample papers, as a checkout has them, and their index."""
    folder = tmp_path_factory.mktemp("indexed")
    (folder / "data").mkdir()
    shutil.copy(ROOT / "data" / "papers.jsonl", folder / "data")
    # What `make demo` leaves behind.
    add(folder / "data" / "index", [str(folder / "data" / "papers.jsonl")])
    return folder


@pytest.fixture
def checkout(indexed: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return shutil.copytree(indexed, tmp_path / "checkout")


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "NEARPAPER_INDEX"}
    return kept | {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "80",
        "PYTHONUTF8": "1",
    }


@pytest.fixture(scope="module")
def server(indexed: Path, environment: dict[str, str]) -> Iterator[str]:
    """The address of a running service."""
    command = ["nearpaper", "serve", "--port", "0"]
    with subprocess.Popen(
        command, cwd=indexed, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            address = re.search(r"http://[\d.]+:\d+", process.stderr.readline())
            assert address
            yield address[0]
        finally:
            process.send_signal(signal.SIGINT)


def run(
    command: str | list[str], folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-euc", command] if isinstance(command, str) else command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "page",
    [
        # Each page takes half a minute or more of real commands; README's stand for them.
        pytest.param(page, marks=() if page == README else pytest.mark.slow, id=page.name)
        for page in having("sh")
        if page != CLUSTER
    ],
)
def test_commands_run_in_their_order(
    page: Path, checkout: Path, environment: dict[str, str]
) -> None:
    # A page's TOML is one file, named as its commands name it.
    (checkout / "searches.toml").write_text("\n".join(blocks(page, "toml")), encoding="utf-8")
    script = "\n".join(line for line in lines(page) if not line.startswith(_ELSEWHERE))
    done = run(f"set -x\n{script}", checkout, environment)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr}"


@pytest.mark.cluster
def test_commands_run_on_a_cluster(
    checkout: Path, environment: dict[str, str], hosts: Sequence[tuple[str, int]]
) -> None:
    address = new_address(hosts)
    script = "\n".join(line for line in lines(CLUSTER) if not line.startswith(_ELSEWHERE))
    named = re.sub(r"opensearch://[\w.,-]+/", str(address).removesuffix(address.name), script)
    try:
        done = run(f"set -x\n{named}".replace("/arxiv", f"/{address.name}"), checkout, environment)
        assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr}"
    finally:
        for name in (address.name, f"{address.name}-copy"):
            remove_all(replace(address, name=name))


@pytest.mark.parametrize("page", having("console"), ids=called)
def test_commands_print_what_is_shown(
    page: Path, indexed: Path, environment: dict[str, str]
) -> None:
    for command, output in shown(page, "nearpaper"):
        done = run(command, indexed, environment)
        wanted = output.splitlines()
        said = [line for line in wanted if line.startswith("nearpaper: ")]
        assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr}"
        assert_same([line for line in wanted if line not in said], done.stdout.splitlines())
        assert_same(said, done.stderr.splitlines() if said else [])


def assert_same(wanted: list[str], found: list[str]) -> None:
    """But for times, and for scores that differ a little between processors."""
    score = re.compile(r"\b\d+\.\d+(?=$|[);])")
    kept = [
        [re.sub(r"\d+ ms", "N ms", score.sub("S", line.rstrip())) for line in text]
        for text in (wanted, found)
    ]
    assert kept[0] == kept[1]
    before, after = (
        [float(number) for line in text for number in score.findall(line.rstrip())]
        for text in (wanted, found)
    )
    assert before == pytest.approx(after, abs=0.02)


@pytest.mark.parametrize("page", having("python"), ids=called)
def test_python_runs(page: Path, indexed: Path, environment: dict[str, str]) -> None:
    for code in blocks(page, "python"):
        done = run([sys.executable, "-c", code], indexed, environment)
        assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr}"
        assert len(done.stdout.splitlines()) >= 3


@pytest.mark.slow
def test_notebook_runs(indexed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARPAPER_INDEX", str(indexed / "data" / "index"))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    notebook = nbformat.read(ROOT / "docs" / "quickstart.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    printed = "".join(
        output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", [])
    )
    assert "Attention" in printed


def test_requests_are_answered(server: str) -> None:
    asked = [line for page in PAGES for line in lines(page) if line.startswith("curl ")]
    assert len(asked) >= 6
    for line in asked:
        status, body = fetch(line, server)
        assert status == 200, (line, body)
        assert body if re.search(r'format["=]', line) else json.loads(body), line


def test_requests_give_what_is_shown(server: str) -> None:
    answers = [answer for page in PAGES for answer in shown(page, "curl")]
    assert answers
    for command, output in answers:
        status, body = fetch(command, server)
        assert json.loads(body) == json.loads(output)
        assert status == json.loads(output)["status"]


def fetch(command: str, server: str) -> tuple[int, str]:
    """What a line with curl would get from the service, wherever that listens here."""
    words = shlex.split(command)
    fields = [after for word, after in pairwise(words) if word == "--data-urlencode"]
    (url,) = (word for word in words if word.startswith(LOCAL))
    query = urlencode([field.partition("=")[::2] for field in fields])
    body = next((after.encode() for word, after in pairwise(words) if word == "--json"), None)
    headers = {"Content-Type": "application/json"} if body else {}
    address = url.replace(LOCAL, server) + (f"?{query}" if query else "")
    try:
        with urlopen(Request(address, body, headers), timeout=60) as answer:  # noqa: S310 - of ours
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_pages_for_people_answer(server: str) -> None:
    for path in ("/", "/docs"):
        with urlopen(server + path, timeout=60) as answer:  # noqa: S310 - likewise
            assert answer.status == 200


def test_the_answer_shown_has_the_keys_of_a_real_one(server: str) -> None:
    (example,) = blocks(ROOT / "docs" / "http.md", "json")
    wanted = json.loads(example)
    query = urlencode({"q": wanted["query"], "limit": wanted["limit"]})
    found = json.loads(fetch(f"curl '{LOCAL}/api/v1/search?{query}'", server)[1])
    assert list(wanted) == list(found)
    for key in ("query", "understood", "total"):
        assert wanted[key] == found[key]
    assert list(wanted["facets"]) == list(found["facets"])
    assert list(wanted["results"][0]) == list(found["results"][0])
    assert wanted["results"][0]["id"] == found["results"][0]["id"]
