"""``nearpaper copy`` from outside: what it says, its exit codes, and what it leaves behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import indexer.maintenance.copy
from api.cli import run
from api.terminal.progress_bar import ProgressBar
from indexer.local.lock import LOCK_FILE
from indexer.progress import Tally
from tests.cluster.stores import new_store

Nearpaper = Callable[..., tuple[int, str, str]]


def test_a_copy_in_another_folder(nearpaper: Nearpaper, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "copy"
    code, out, err = nearpaper("copy", str(folder), str(target))
    assert (code, out) == (0, "")
    assert err.startswith(f"nearpaper: 32 papers copied to {target} in ")
    assert [path.name for path in target.parent.iterdir()] == ["copy"]
    assert answers(nearpaper, target) == answers(nearpaper, folder)
    assert nearpaper("check", "--index", str(target))[0] == 0
    code, out, err = nearpaper("copy", str(folder), str(target))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "is there already" in err


def answers(nearpaper: Nearpaper, index: object) -> Any:
    line = ["search", "protein folding", "--mode", "lexical", "--json", "--index", str(index)]
    return json.loads(nearpaper(*line)[1])["results"]


def test_ctrl_c_stops_it_and_the_same_command_resumes(
    nearpaper: Nearpaper, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer.maintenance.copy, "BATCH", 10)
    line = ["copy", str(folder), str(tmp_path / "copy")]

    def stop(self: ProgressBar, tally: Tally, fraction: float | None) -> None:
        if tally.read >= 20:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ProgressBar, "advanced", stop)
        code, out, err = nearpaper(*line)
    assert (code, out) == (130, "")
    assert err.startswith("nearpaper: stopped: 20 papers copied to ")
    assert "run the same command again to resume" in err
    assert not (tmp_path / "copy").exists()
    assert nearpaper("info", "--index", str(tmp_path / "copy"))[0] == 3
    code, _, err = nearpaper(*line)
    assert code == 0
    assert "32 papers copied" in err


def test_what_cant_be_copied_is_one_line(
    nearpaper: Nearpaper, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    held = "opensearch://elastic:hunter2@search/papers"
    cases: list[tuple[Sequence[str], int, str]] = [
        (["nothing", "copy"], 3, "nothing: no index there"),
        ([str(folder), str(folder)], 2, "name another folder"),
        ([str(folder), str(folder / "inside")], 2, "name another folder"),
        ([held, "copy"], 2, "$NEARPAPER_OPENSEARCH_PASSWORD"),
        ([str(folder), held], 2, "$NEARPAPER_OPENSEARCH_PASSWORD"),
        ([str(folder), "https://search/papers"], 2, "begins with exactly opensearch://"),
        ([str(folder)], 2, "Missing argument"),
    ]
    for given, expected, says in cases:
        code, out, err = nearpaper("copy", *given)
        assert (code, out, err.count("\n")) == (expected, "", 1), err
        assert says in err
        assert "hunter2" not in err
        assert not list(tmp_path.iterdir())


def test_an_index_that_is_still_empty(nearpaper: Nearpaper, tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / LOCK_FILE).touch()
    code, out, err = nearpaper("copy", str(tmp_path / "index"), str(tmp_path / "copy"))
    assert (code, out, err.count("\n")) == (3, "", 1)
    assert "still empty" in err
    assert [path.name for path in tmp_path.iterdir()] == ["index"]


@pytest.mark.cluster
def test_to_a_cluster_and_back(
    nearpaper: Nearpaper, folder: Path, tmp_path: Path, hosts: tuple[tuple[str, int], ...]
) -> None:
    with new_store(hosts, shards=2, replicas=0, engine="lucene") as store:
        assert nearpaper("copy", str(folder), store.location)[0] == 0
        assert answers(nearpaper, store.location) == answers(nearpaper, folder)
        code, _, err = nearpaper("copy", str(folder), store.location)
        assert (code, err.count("\n")) == (2, 1)
        assert "is there already" in err
        other = store.location.replace("shards=2", "shards=3")
        assert "shards=2" in nearpaper("info", "--index", other)[2]
        assert run(["copy", store.location, str(tmp_path / "back")]) == 0
    assert answers(nearpaper, tmp_path / "back") == answers(nearpaper, folder)
