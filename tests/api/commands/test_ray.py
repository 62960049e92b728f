"""What can be wrong with ``--ray``: one line, before anything is made."""

from __future__ import annotations

import socket
import sqlite3
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from indexer.models.gpu import has_gpu

Nearpaper = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    ("address", "code", "says"),
    [
        ("127.0.0.1:1", 1, "no Ray cluster answers at 127.0.0.1:1"),
        ("nowhere.invalid:6379", 1, "no Ray cluster answers"),
        ("nonsense", 2, "'nonsense' is no address"),
        ("ray://127.0.0.1:10001", 2, "run this on one of the cluster's machines"),
        ("user@127.0.0.1:6379", 2, "is no address"),
        ("127.0.0.1:99999", 2, "is no address"),
        ("a\nb:6379", 2, "is no address"),
    ],
)
def test_a_wrong_address_is_one_line_before_anything_is_made(
    nearpaper: Nearpaper, source: Path, tmp_path: Path, address: str, code: int, says: str
) -> None:
    index = tmp_path / "index"
    given = nearpaper("index", str(source), "--ray", address, "--index", str(index))
    assert given[:2] == (code, "")
    assert says in given[2]
    assert given[2].count("\n") == 1
    assert not index.exists()


def test_the_environment_names_a_cluster(
    nearpaper: Nearpaper, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    code, _, err = nearpaper(
        "index", str(source), "--ray", "auto", "--index", str(tmp_path / "index")
    )
    assert (code, "no Ray cluster answers at 127.0.0.1:1" in err) == (1, True)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""])
def test_whoever_else_listens_is_no_cluster(
    nearpaper: Nearpaper, source: Path, tmp_path: Path, answer: bytes
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(100)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        address = f"127.0.0.1:{server.getsockname()[1]}"
        code, _, err = nearpaper(
            "index", str(source), "--ray", address, "--index", str(tmp_path / "index")
        )
        thread.join()
    assert (code, f"no Ray cluster answers at {address}" in err) == (1, True)


def test_a_missing_extra_is_one_line(
    nearpaper: Nearpaper, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    for command in (["index", str(source)], ["fetch", "huggingface", "--from", "2024-05-01"]):
        code, _, err = nearpaper(*command, "--ray", "auto", "--index", str(tmp_path / "index"))
        assert (code, err) == (
            2,
            "nearpaper: --ray needs Ray; run: pip install 'nearpaper[ray]'\n",
        )


def test_actors_are_for_ray(nearpaper: Nearpaper, source: Path, tmp_path: Path) -> None:
    index = ["--index", str(tmp_path / "index")]
    for command in (["index", str(source)], ["rebuild", "--embed"]):
        code, _, err = nearpaper(*command, "--actors", "2", *index)
        assert (code, "--actors is for --ray" in err) == (2, True)


@pytest.mark.skipif(has_gpu(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_missed_first(
    nearpaper: Nearpaper, folder: Path, source: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new"
    for command in (["index", str(source), "--index", str(new)], ["rebuild", "--embed"]):
        where = [] if command[0] == "index" else ["--index", str(folder)]
        code, _, err = nearpaper(*command, "--device", "cuda", *where)
        assert (code, "no GPU is found" in err, len(err.splitlines())) == (2, True, 1)
    assert not new.exists()
    assert "next" not in stored(folder)


def test_the_cpu_may_be_named(nearpaper: Nearpaper, source: Path, tmp_path: Path) -> None:
    index = ["--index", str(tmp_path / "index"), "--model", "hashing"]
    code, _, err = nearpaper("index", str(source), "--device", "cpu", *index)
    assert code == 0, err


def test_rebuild_looks_first_whether_it_can(nearpaper: Nearpaper, folder: Path) -> None:
    index = ["--index", str(folder)]
    code, _, err = nearpaper("rebuild", "--embed", "--ray", "127.0.0.1:1", *index)
    assert (code, "no Ray cluster answers at 127.0.0.1:1" in err) == (1, True)
    assert "next" not in stored(folder)


def stored(index: Path) -> dict[str, str]:
    with closing(sqlite3.connect(index / "catalog.sqlite")) as catalog:
        return dict(catalog.execute("SELECT key, value FROM meta"))


def test_only_embedding_runs_on_ray(nearpaper: Nearpaper, folder: Path) -> None:
    code, _, err = nearpaper("rebuild", "--ray", "auto", "--index", str(folder))
    assert (code, "add --embed" in err) == (2, True)
