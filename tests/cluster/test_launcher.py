"""A cluster is real: its nodes die, hang, come back, and leave nothing behind."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import psutil
import pytest

from tests.cluster.distribution import find_distribution
from tests.cluster.errors import ClusterError
from tests.cluster.health import recover_again
from tests.cluster.java import find_java
from tests.cluster.launcher import Cluster

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).resolve().parents[2]
PAPER = {"title": "Attention and its uses"}


def ask(address: str, path: str, body: object = None, method: str = "GET") -> Any:
    """What a node answers within three seconds."""
    request = Request(
        f"http://{address}/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method=method,
    )
    with urlopen(request, timeout=3) as answer:  # noqa: S310
        return json.load(answer)


def nodes(address: str, wanted: int) -> int:
    """How many nodes one of them sees, once there are as many as wanted."""
    waiting = f"_cluster/health?wait_for_nodes={wanted}&timeout=2s"
    return int(ask(address, waiting)["number_of_nodes"])


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that nodes may reach; pytest's own are root's alone."""
    with tempfile.TemporaryDirectory(prefix="nearpaper-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


def test_three_nodes_are_green_together(cluster: Cluster) -> None:
    assert len(set(cluster.addresses)) == 3
    for address in cluster.addresses:
        health = ask(address, "_cluster/health")
        assert (health["status"], health["number_of_nodes"]) == ("green", 3)
    plugins = ask(cluster.addresses[0], "_cat/plugins?format=json")
    assert [plugin["component"] for plugin in plugins] == ["opensearch-knn"] * 3


def test_a_killed_node_comes_back_with_its_data(breakable: Cluster) -> None:
    first, second, _ = breakable.addresses
    only_there = {
        "index.number_of_replicas": 0,
        "index.routing.allocation.require._name": "node2",
    }
    ask(first, "killed", {"settings": only_there}, "PUT")
    try:
        ask(first, "killed/_doc/1?refresh=true", PAPER, "PUT")
        breakable.kill(2)
        with pytest.raises(URLError, match="refused"):
            ask(second, "")
        assert nodes(first, 2) == 2
        with pytest.raises(HTTPError):
            ask(first, "killed/_doc/1")
        breakable.revive(2)
        breakable.wait_green()
        assert ask(second, "killed/_doc/1")["_source"] == PAPER
        assert nodes(first, 3) == 3
    finally:
        ask(first, "killed", method="DELETE")


def test_a_paused_node_is_silent_until_it_goes_on(breakable: Cluster) -> None:
    third = breakable.addresses[2]
    breakable.pause(3)
    with pytest.raises(TimeoutError):
        ask(third, "")
    with pytest.raises(ClusterError, match="not green within 1 second"):
        breakable.wait_green(1)
    breakable.resume(3)
    assert ask(third, "")["name"] == "node3"


def test_a_copy_is_recovered_anew(breakable: Cluster) -> None:
    first = breakable.addresses[0]
    one_shard = {"index.number_of_replicas": 1, "index.number_of_shards": 1}
    ask(first, "copied", {"settings": one_shard}, "PUT")
    try:
        ask(first, "copied/_doc/1?refresh=true", PAPER, "PUT")
        breakable.wait_green()
        port = int(first.rpartition(":")[2])
        assert recover_again(port) == []  # nothing is being recovered
        before = recovered_at(first)
        commands = recover_again(port, "STARTED")
        assert "copied" in [command["cancel"]["index"] for command in commands]
        breakable.wait_green()
        assert recovered_at(first) > before
        assert ask(first, "copied/_doc/1")["_source"] == PAPER
    finally:
        ask(first, "copied", method="DELETE")


def recovered_at(address: str) -> int:
    """When the copy of the only shard was recovered last, in milliseconds."""
    shards = ask(address, "copied/_recovery")["copied"]["shards"]
    return max(int(shard["start_time_in_millis"]) for shard in shards if not shard["primary"])


def test_the_end_leaves_data_and_no_process(folder: Path) -> None:
    before = set(psutil.Process().children(recursive=True))
    with Cluster(1, folder=folder) as cluster:
        one_copy = {"settings": {"index.number_of_replicas": 0}}
        ask(cluster.addresses[0], "kept", one_copy, "PUT")
        ask(cluster.addresses[0], "kept/_doc/1", PAPER, "PUT")
        assert set(psutil.Process().children(recursive=True)) > before
        cluster.pause(1)
    assert set(psutil.Process().children(recursive=True)) == before
    with Cluster(1, folder=folder) as cluster:
        assert ask(cluster.addresses[0], "kept/_doc/1")["_source"] == PAPER


def test_the_end_takes_temporary_data(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with Cluster(1):
        assert list(folder.iterdir())
    assert not list(folder.iterdir())


def test_no_node_outlives_whoever_started_it(folder: Path) -> None:
    command = [sys.executable, "-m", "tests.cluster", "--nodes", "2", "--folder", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        try:
            assert parent.stdout is not None
            address = parent.stdout.readline().strip()
            assert address.startswith("opensearch+http://127.0.0.1:"), address
            assert nodes(address.removeprefix("opensearch+http://").split(",")[0], 2) == 2
            started = psutil.Process(parent.pid).children()
            assert [process.name() for process in started] == ["java", "java"]
            started[0].suspend()
        finally:
            parent.kill()
        _, left = psutil.wait_procs(started, timeout=10)
        assert not left


def test_a_node_that_cant_start_tells_why(folder: Path) -> None:
    with pytest.raises(ClusterError, match=r"node1:\n(.*\n)*.*heap"), Cluster(1, heap="1k"):
        pass


def test_two_at_once_lay_out_one_distribution(tmp_path: Path) -> None:
    java = find_java()
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: find_distribution(java, tmp_path), range(2))
    assert first == second
    assert {path.name for path in tmp_path.iterdir()} == {first.name, f"{first.name}.lock"}
    assert find_distribution(java, tmp_path) == first
