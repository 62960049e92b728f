"""``--ray`` as a process: Ctrl-C, kills, clusters of others, and what is left behind."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from indexer.location import using_store
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import info
from indexer.pipeline import add
from indexer.where import ALL
from tests.indexer.ray.processes import started, wait_for_actors

pytestmark = pytest.mark.slow  # each starts a cluster

pytest.importorskip("ray", reason="needs the extra ray")

ROOT = Path(__file__).resolve().parents[3]
PAPERS = 6000
Environment = dict[str, str]


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[Environment]:
    """A home and a folder for Ray's clusters in which nobody was before."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    # Sockets lie in it: a path of pytest's would be too long.
    with TemporaryDirectory(dir="/tmp", ignore_cleanup_errors=True) as short:
        yield {
            **kept,
            "HOME": str(tmp_path),
            "PYTHONPATH": str(ROOT),
            "NEARPAPER_INDEX": str(tmp_path / "index"),
            "RAY_TMPDIR": short,
        }


@contextmanager
def indexing(environment: Environment, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A run that has papers before it and waits for more; the last 64 kB wait in the pipe."""
    command = [sys.executable, "-m", "api.cli", "index", "-", "--format", "jsonl", *options]
    with subprocess.Popen(
        [*command, "--model", "hashing"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # so that it has a group, like that of a terminal
    ) as process:
        assert process.stdin is not None
        for number in range(PAPERS):
            paper = {"id": f"p{number}", "title": f"Paper {number}", "abstract": "About numbers."}
            process.stdin.write(json.dumps(paper) + "\n")
        process.stdin.flush()
        yield process
        process.kill()


def wait_for_papers(index: Path, count: int) -> None:
    """Until so many are committed."""
    deadline = time.monotonic() + 60
    found = 0
    while found < count:
        assert time.monotonic() < deadline, f"{found} papers"
        time.sleep(0.1)
        if (index / "manifest.json").exists():
            with sqlite3.connect(f"file:{index}/catalog.sqlite?mode=ro", uri=True) as catalog:
                ((found,),) = catalog.execute("SELECT count(*) FROM papers")
            catalog.close()


def wait_for_end(processes: list[psutil.Process], seconds: float) -> None:
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    assert not alive


def test_ctrl_c_stops_promptly_and_leaves_nothing_behind(
    environment: Environment, tmp_path: Path
) -> None:
    with indexing(environment, "--ray", "auto", "--actors", "2") as process:
        wait_for_actors(psutil.Process(process.pid), 2)
        wait_for_papers(tmp_path / "index", 256)
        family = started(psutil.Process(process.pid))
        assert len(family) > 4
        os.killpg(process.pid, signal.SIGINT)
        since = time.monotonic()
        out, err = process.communicate(timeout=60)
        assert process.returncode == 130
        assert time.monotonic() - since < 30
    assert out == ""
    assert err.count("\n") == 1
    assert "stopped: " in err
    wait_for_end(family, 10)
    assert not [*Path(environment["RAY_TMPDIR"]).iterdir()]
    assert not (tmp_path / ".ray").exists()
    committed = info(tmp_path / "index")["papers"]
    assert committed % 256 == 0
    with indexing(environment) as process:
        _, err = process.communicate(timeout=60)
    assert f"{PAPERS - committed:,} added, 0 updated, {committed:,} unchanged" in err
    assert check(tmp_path / "index") == []


def test_a_killed_run_takes_its_cluster_along_and_is_resumed(
    environment: Environment, tmp_path: Path
) -> None:
    with indexing(environment, "--ray", "local") as process:
        wait_for_papers(tmp_path / "index", 256)
        family = started(psutil.Process(process.pid))
        # Two of Ray's own look after a minute whether they are still needed.
        ending = [one for one in family if not one.name().endswith("Agent")]
        process.kill()
    assert len(ending) > 3
    wait_for_end(ending, 60)
    assert check(tmp_path / "index") == []
    committed = info(tmp_path / "index")["papers"]
    with indexing(environment, "--ray", "local") as process:
        _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert f"{PAPERS - committed:,} added, 0 updated, {committed:,} unchanged" in err
    assert check(tmp_path / "index") == []


def test_when_the_cluster_dies_the_run_fails_and_keeps_what_is_in(
    environment: Environment, tmp_path: Path
) -> None:
    with indexing(environment, "--ray", "local") as process:
        wait_for_papers(tmp_path / "index", 256)
        for one in started(psutil.Process(process.pid)):
            if one.name() != "gcs_server":  # which Ray waits a minute for
                one.kill()
        out, err = process.communicate(timeout=120)
        assert process.returncode == 1, err
    assert out == ""
    assert info(tmp_path / "index")["papers"] >= 256
    assert check(tmp_path / "index") == []


@contextmanager
def ray_start(environment: Environment, *options: str) -> Iterator[psutil.Process]:
    """A node of a cluster, as people start it, until the block ends."""
    ray = str(Path(sys.executable).parent / "ray")
    with subprocess.Popen(
        [ray, "start", "--block", "--disable-usage-stats", *options],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "--block" in line:
                break
        else:
            pytest.fail("".join(lines))
        node = psutil.Process(process.pid)
        yield node
        for one in [*started(node), node]:
            with suppress(psutil.NoSuchProcess):
                one.kill()


@pytest.fixture
def head(environment: Environment) -> Iterator[str]:
    """The address of a cluster of one node, which says of itself that it has a GPU."""
    own = ["--head", "--port", "0", "--num-cpus", "1", "--num-gpus", "1"]
    with ray_start(environment, *own, "--include-dashboard", "false"):
        yield Path(environment["RAY_TMPDIR"], "ray", "ray_current_cluster").read_text()


def index_sample(environment: Environment, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "api.cli", "index", ROOT / "data" / "papers.jsonl", *options],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_cluster_of_others_is_joined_and_left_as_it_was(
    environment: Environment, head: str
) -> None:
    for more, address in (({}, "auto"), ({"RAY_ADDRESS": head}, "auto"), ({}, head)):
        index = {"NEARPAPER_INDEX": f"{environment['HOME']}/{address}-{len(more)}"}
        done = index_sample(environment | more | index, "--ray", address, "--model", "hashing")
        assert (done.returncode, done.stderr.count("\n")) == (0, 1), done.stderr
        assert "202 added" in done.stderr
    # Those who start one of their own have a folder for it.
    assert {one.name for one in Path(environment["RAY_TMPDIR"]).iterdir()} == {"ray"}


def test_the_default_model_gives_the_same_vectors(environment: Environment, head: str) -> None:
    done = index_sample(environment, "--ray", head)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "torch finds no GPU" in done.stderr  # the node only says that it has one
    done = index_sample(environment, "--ray", head, "--device", "cpu", "--actors", "2")
    assert done.returncode == 0, done.stderr
    there = Path(environment["NEARPAPER_INDEX"])
    here = there.with_name("here")
    add(here, [str(ROOT / "data" / "papers.jsonl")])
    (ids, vectors), (same_ids, same_vectors) = contents(there), contents(here)
    assert ids == same_ids
    assert np.einsum("nd,nd->n", vectors, same_vectors).min() > 0.999
    assert np.abs(vectors - same_vectors).max() < 0.01


def contents(index: Path) -> tuple[list[str], NDArray[np.float32]]:
    with using_store(index) as store:
        snapshot = store.snapshot()
        assert snapshot is not None
        keys = np.concatenate([*snapshot.scan(ALL)])
        vectors = snapshot.vectors(keys)
        return [paper.id for paper in snapshot.papers(keys)], vectors


def test_a_node_that_goes_away_is_done_without(
    environment: Environment, head: str, tmp_path: Path
) -> None:
    with (
        ray_start(environment, "--address", head, "--num-cpus", "1") as second,
        indexing(environment, "--ray", head) as process,
    ):
        wait_for_papers(tmp_path / "index", 256)
        for one in started(second):
            with suppress(psutil.NoSuchProcess):
                one.kill()
        _, err = process.communicate(timeout=180)
    assert process.returncode == 0, err
    assert f"{PAPERS:,} added" in err
    assert check(tmp_path / "index") == []
