"""The roles allow what nearpaper does on a cluster, as the cluster itself lists it, and no more.

The security plugin doesn't run in tests. It checks the names of actions, and a node's log of tasks
tells of every action that a request starts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from api.cli import run
from indexer.opensearch.address import Address
from tests.cluster.launcher import Cluster
from tests.cluster.stores import new_address, remove_all
from tests.deploy.files import DEPLOY, ROOT

pytestmark = pytest.mark.cluster

READS = (
    ("search", "attention", "--explain", "--json"),
    ("similar", "1706.03762", "--json"),
    ("show", "1706.03762", "--json"),
    ("info",),
    ("check",),
    ("export", "all.parquet"),
)
WRITES = (
    ("index", str(ROOT / "data" / "papers.jsonl"), "--model", "hashing"),
    ("remove", "1706.03762"),
    ("compact",),
    ("rebuild",),
    ("compact",),  # deletes what the rebuild left behind, as every next writer does
)
UNSEEN = {
    # Asked when a node hangs, or has lost the copies that it should keep.
    "cluster:monitor/nodes/info",
    "cluster:monitor/health",
    # The plugin asks for these, too, for each item of a bulk request.
    "indices:data/write/update",
}
"""What no command here starts by itself."""
_REGISTERED = re.compile(r"TaskManager *\] register \d+ \[\w+\] \[(\S+)\] \[")
_WITHIN = re.compile(r"\[(?!shard\]$|s\]$)[^]]*\]$|^(indices:data/read/.*)\[s\]$")
"""Parts of an action that nodes ask each other for, which the plugin doesn't check again."""
_OF_NODES = ("internal:", "indices:admin/seq_no/", "retention_lease")

Actions = Callable[[], set[str]]


@pytest.fixture
def actions(cluster: Cluster) -> Iterator[Actions]:
    """Gives the actions that were started since it was last called."""
    read = [path.stat().st_size for path in cluster.logs]

    def started() -> set[str]:
        found: set[str] = set()
        for number, path in enumerate(cluster.logs):
            with path.open("rb") as log:
                log.seek(read[number])
                text = log.read()
            read[number] += len(text)
            found.update(_REGISTERED.findall(text.decode()))
        return {
            each for each in found if not _WITHIN.search(each) and not each.startswith(_OF_NODES)
        }

    set_level(cluster, "TRACE")
    yield started
    set_level(cluster, None)


def set_level(cluster: Cluster, level: str | None) -> None:
    connection = HTTPConnection(cluster.addresses[0], timeout=30)
    setting = {"persistent": {"logger.org.opensearch.tasks.TaskManager": level}}
    head = {"Content-Type": "application/json"}
    connection.request("PUT", "/_cluster/settings", json.dumps(setting), head)
    assert connection.getresponse().status == 200
    connection.close()


@pytest.fixture
def address(hosts: tuple[tuple[str, int], ...]) -> Iterator[Address]:
    found = new_address(hosts)
    yield found
    remove_all(found)


def role(name: str) -> tuple[set[str], set[str]]:
    """What it allows on the cluster, and on the index."""
    told: Any = json.loads((DEPLOY / "opensearch" / f"{name}.json").read_text(encoding="utf-8"))
    (permission,) = told["index_permissions"]
    return set(told["cluster_permissions"]), set(permission["allowed_actions"])


def concerns_the_cluster(action: str) -> bool:
    """As the plugin tells both kinds apart."""
    several = ("cluster:", "indices:data/read/scroll", "indices:data/read/msearch")
    return action.startswith(several) or action in {
        "indices:data/read/mget",
        "indices:data/write/bulk",
    }


def allowing(action: str, name: str) -> set[str]:
    """What of a role allows an action."""
    on_cluster, on_index = role(name)
    patterns = on_cluster if concerns_the_cluster(action) else on_index
    # In a shell's pattern a bracket is no bracket.
    plain = {pattern: pattern.replace("[", "<") for pattern in patterns}
    return {
        pattern for pattern, each in plain.items() if fnmatchcase(action.replace("[", "<"), each)
    }


def test_roles_allow_what_is_done_and_no_more(
    actions: Actions, address: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done: dict[str, set[str]] = {}
    # Papers have to be there before they are read, and read before one is removed.
    for name, commands in (
        ("nearpaper_writer", WRITES[:1]),
        ("nearpaper_reader", READS),
        ("nearpaper_writer", WRITES),
    ):
        for command in commands:
            assert run([*command, "--index", str(address)]) == 0, command
        done[name] = done.get(name, set()) | actions()
    for name, started in done.items():
        used = {action: allowing(action, name) for action in started}
        assert not [action for action, found in used.items() if not found], name
        unused = set[str]().union(*role(name)).difference(*used.values())
        assert unused <= UNSEEN, name
