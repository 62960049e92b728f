"""Every command that takes an index takes an address for one, and refuses what is none."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Nearpaper = Callable[..., tuple[int, str, str]]

ROOT = Path(__file__).resolve().parents[3]
COMMANDS = {
    "index": ["index", "papers.jsonl"],
    "search": ["search", "graphs"],
    "search --batch": ["search", "--batch", "papers.jsonl"],
    "similar": ["similar", "2402.00001"],
    "similar --batch": ["similar", "--batch", "papers.jsonl"],
    "show": ["show", "2402.00001"],
    "remove": ["remove", "2402.00001"],
    "remove --source": ["remove", "--source", "papers"],
    "info": ["info"],
    "check": ["check"],
    "compact": ["compact"],
    "rebuild": ["rebuild"],
    "rebuild --embed": ["rebuild", "--embed"],
    "export": ["export", "papers.parquet"],
    "map": ["map"],
    "digest": ["digest", "--searches", "searches.toml"],
    "serve": ["serve", "--port", "0"],
    "mcp": ["mcp"],
    "mcp --http": ["mcp", "--http", "--port", "0"],
    "fetch arxiv": ["fetch", "arxiv", "--set", "cs", "--from", "2024-01-01"],
    "fetch huggingface": ["fetch", "huggingface", "--from", "2024-01-01"],
    "fetch openalex": ["fetch", "openalex", "--query", "graphs"],
}
OF_FOLDERS = {
    "backup": (["backup", "copy"], "snapshot repository"),
    "restore": (["restore", "copy"], "snapshot repository"),
}
EVERY = [*COMMANDS.values(), *(command for command, _ in OF_FOLDERS.values())]
EVERY_NAME = [*COMMANDS, *OF_FOLDERS]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which commands run, with the files that they read."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "papers.jsonl").write_text('{"id": "2402.00001", "title": "Graph kernels"}\n')
    (tmp_path / "searches.toml").write_text('[[search]]\nname = "a"\nquestion = "graphs"\n')
    return tmp_path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"searches.lock"}


@pytest.mark.parametrize("command", EVERY, ids=EVERY_NAME)
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("opensearch://elastic:hunter2@search/papers", "$NEARPAPER_OPENSEARCH_PASSWORD"),
        ("opensearch:/elastic:hunter2@search/papers", "begins with exactly opensearch://"),
        ("https://elastic:hunter2@search/papers", "begins with exactly opensearch://"),
        ("opensearch://search:hunter2/papers", "no valid port at host 1"),
    ],
    ids=["credentials", "a slash eaten", "unknown scheme", "no port"],
)
@pytest.mark.parametrize("by", ["option", "environment"])
def test_a_wrong_location_ends_in_one_line_that_quotes_nothing(
    nearpaper: Nearpaper,
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
    wrong: str,
    says: str,
    by: str,
) -> None:
    before = names(here)
    if by == "environment":
        monkeypatch.setenv("NEARPAPER_INDEX", wrong)
    code, out, err = nearpaper(*command, *(["--index", wrong] if by == "option" else []))
    assert (code, out) == (2, "")
    assert err.startswith("nearpaper: ")
    assert err.count("\n") == 1
    assert says in err
    assert "hunter2" not in err
    assert names(here) == before


@pytest.mark.parametrize(("command", "says"), OF_FOLDERS.values(), ids=OF_FOLDERS)
def test_what_is_about_files_names_what_clusters_have(
    nearpaper: Nearpaper, here: Path, command: list[str], says: str
) -> None:
    before = names(here)
    code, out, err = nearpaper(*command, "--index", "opensearch://search/papers?shards=2")
    assert (code, out) == (2, "")
    assert err.startswith("nearpaper: opensearch://search/papers?shards=2: ")
    assert err.count("\n") == 1
    assert says in err
    assert names(here) == before


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_no_copy_goes_to_an_address_or_comes_from_one(
    nearpaper: Nearpaper, here: Path, command: str
) -> None:
    before = names(here)
    code, _, err = nearpaper(command, "opensearch://elastic:hunter2@search/papers")
    assert code == 2
    assert err.count("\n") == 1
    assert "hunter2" not in err
    assert names(here) == before


def test_a_digest_of_a_cluster_asks_for_its_searches(
    nearpaper: Nearpaper, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(here / "config"))
    code, out, err = nearpaper("digest", "--index", "opensearch://search/papers")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "--searches" in err


def test_a_cluster_without_its_package_says_what_to_install(here: Path) -> None:
    code = (
        "import sys; sys.modules['opensearchpy'] = None; from api.cli import main; "
        "sys.argv[1:] = ['info', '--index', 'opensearch://search/papers']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "pip install 'nearpaper[opensearch]'" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_cluster_that_is_not_there_is_said_in_one_line(
    nearpaper: Nearpaper, here: Path, command: list[str]
) -> None:
    before = names(here)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    address = f"opensearch+http://127.0.0.1:{port}/papers"
    code, out, err = nearpaper(*command, "--index", address)
    assert code in (1, 3)
    assert out == ""
    assert err.startswith("nearpaper: ")
    assert err.count("\n") == 1
    assert str(port) in err
    assert names(here) == before
