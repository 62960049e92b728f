"""Copies to a cluster whose process dies, or was thought dead and isn't."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.copying import Origin
from indexer.errors import IndexBusyError, IndexNotFoundError, UsageError
from indexer.local.store import LocalStore
from indexer.maintenance.copy import copy
from indexer.opensearch.records.head import read_head, replaced
from indexer.opensearch.requests.client import Cluster
from indexer.opensearch.store import OpenSearchStore
from indexer.papers.paper import Paper
from indexer.snapshot import Keys, Snapshot
from indexer.where import ALL
from tests.cluster.stores import new_store
from tests.contract.papers import commit, fill, only_added

pytestmark = pytest.mark.cluster
Hosts = tuple[tuple[str, int], ...]


@pytest.fixture
def source(tmp_path: Path) -> Iterator[LocalStore]:
    """Twenty papers."""
    store = LocalStore(tmp_path / "source")
    fill(store, only_added(1, 20))
    yield store
    store.close()


@pytest.fixture
def target(hosts: Hosts) -> Iterator[OpenSearchStore]:
    """An address without an index."""
    with new_store(hosts) as store:
        yield store


def origin_of(snapshot: Snapshot) -> Origin:
    about = snapshot.about
    names = ("identity", "fingerprint", "change", "papers", "model", "recipe")
    values = {name: getattr(about, name) for name in names}
    return Origin(**values, changes=snapshot.changes(), meta={})


def shown(store: LocalStore | OpenSearchStore) -> Snapshot:
    snapshot = store.snapshot()
    assert snapshot is not None
    return snapshot


def every(snapshot: Snapshot) -> Keys:
    return np.concatenate([*snapshot.scan(ALL)])


def test_a_killed_copy_goes_on(source: LocalStore, target: OpenSearchStore) -> None:
    code = (
        "import os, sys, indexer.maintenance.copy as c\n"
        "from indexer.location import parse_location\n"
        "from indexer.progress import Silent\n"
        "class Dies(Silent):\n"
        "    def advanced(self, tally, fraction):\n"
        "        if tally.added == 8: os.kill(os.getpid(), 9)\n"
        "c.BATCH = 4\n"
        "c.copy(*map(parse_location, sys.argv[1:]), Dies())\n"
    )
    line = [sys.executable, "-c", code, source.location, target.location]
    assert subprocess.run(line, check=False).returncode == -9
    with pytest.raises(IndexNotFoundError, match="isn't complete; run the same"):
        target.snapshot()
    with pytest.raises(IndexBusyError, match="if it was killed"):
        copy(source, target)
    time.sleep(max(0.0, read_head(Cluster(target.address)).head.until - time.time()))
    tally = copy(source, target)
    assert (tally.unchanged, tally.added) == (8, 12)
    assert shown(target).papers(every(shown(target))) == shown(source).papers(every(shown(source)))


def test_who_was_thought_dead_undoes_nothing(source: LocalStore, target: OpenSearchStore) -> None:
    """It wakes up when another has finished, and papers have been replaced and removed since."""
    snapshot, cluster = shown(source), Cluster(target.address)
    keys = every(snapshot)
    with ExitStack() as stack:
        stack.enter_context(pytest.raises(IndexBusyError))
        sleeper = stack.enter_context(target.copying(origin_of(snapshot)))
        sleeper.add([1, 2], snapshot.entries(keys[:2]))
        stored = read_head(cluster)
        replaced(cluster, stored, replace(stored.head, until=0.0), stored.head.owner)
        copy(source, target)
        with target.writer() as writer:
            commit(writer, [Paper(id="p1", title="Another")], ["p5"])
            before = writer.publish()
        sleeper.add(snapshot.rows(keys).tolist(), snapshot.entries(keys))
    cluster.write("POST", f"/{target.address.name}/_refresh")
    cluster.close()
    after = shown(target)
    assert after.about == before
    assert after.about.papers == after.count(ALL) == len(every(after)) == 19
    assert after.locate(["p5"]).tolist() == [-1]
    assert after.papers(after.locate(["p1"]))[0].title == "Another"


def test_the_alias_comes_last_and_a_taken_one_is_told_first(
    source: LocalStore, target: OpenSearchStore
) -> None:
    cluster, name = Cluster(target.address), target.address.name
    with target.copying(origin_of(shown(source))):
        assert not cluster.call("HEAD", f"/{name}")["found"]
    copy(source, target)
    (named,) = cluster.call("GET", f"/{name}/_alias")
    assert named.startswith(f"{name}.papers-000001-")
    taken = OpenSearchStore(replace(target.address, name=f"{name}-taken"))
    cluster.write("PUT", f"/{name}.other")
    cluster.write("PUT", f"/{name}.other/_alias/{name}-taken")
    with pytest.raises(UsageError, match="choose another NAME"):
        copy(source, taken)
    taken.close()
    cluster.close()
