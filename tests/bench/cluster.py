"""``python -m tests.bench.cluster INDEX ADDRESS``: an index in a folder and its copy on a cluster.

The copy is made under a name of its own and removed at the end. Start a cluster with
``python -m tests.cluster``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import numpy as np
import typer
from rich.console import Console

from indexer.location import Location
from indexer.maintenance.copy import copy
from indexer.opensearch.address import Address, parse_address
from indexer.opensearch.requests.client import Cluster
from indexer.opensearch.store import OpenSearchStore
from indexer.where import ALL
from search.engine import Engine
from search.options import MODES, Mode
from search.query.parser import parse
from tests.bench import machine
from tests.bench.cluster_parts import BareCluster
from tests.bench.measures import Latency, latency, ratio, seconds
from tests.bench.papers import ROOT, SAMPLE, find_questions, read_papers
from tests.bench.report import Report, Table
from tests.cluster.stores import remove_all

OUT = ROOT / "data" / "bench" / "cluster"
WARM_UP, CLIENTS = 20, 8
REACH = 1.3
"""Times the sum of its bare requests that a hybrid question may take."""
DEPTHS = (10, 100, 300, 1_000)


def main(
    index: Annotated[Path, typer.Argument(help="Folder of an index.")],
    address: Annotated[str, typer.Argument(help="Of a cluster, with any name.")],
    questions: Annotated[int, typer.Option(help="How many.")] = 100,
    out: Annotated[Path, typer.Option(help="Folder of the report.")] = ROOT
    / "data"
    / "bench-cluster",
) -> None:
    """Measure, show, and write the report."""
    console, report = Console(), Report("nearpaper on a cluster, measured", machine.facts())
    asked = find_questions(read_papers([SAMPLE]), questions + WARM_UP)
    with copied(index, parse_address(address)) as (place, took):
        report.add([stored_table(place, took)], console)
        with Engine.open(index) as folder, Engine.open(place) as cluster:
            for question in asked[:WARM_UP]:
                cluster.search(question)
            report.add([parts_table(cluster, place, asked[WARM_UP:])], console)
            engines = {"folder": folder, "cluster": cluster}
            report.add([agreement_table(engines, asked[WARM_UP:])], console)
        report.add([clients_table({"folder": index, "cluster": place}, asked)], console)
        report.add([recall_table(place, asked[WARM_UP:])], console)
        report.add([merged_table(place)], console)
    report.write(out)


@contextmanager
def copied(index: Path, address: Address) -> Iterator[tuple[Address, float]]:
    """A copy of an index, and the seconds that it took."""
    place = replace(address, name=f"bench-{uuid4().hex[:8]}")
    try:
        yield place, seconds(lambda: copy(index, place))
    finally:
        remove_all(place)


def stored_table(address: Address, took: float) -> Table:
    """How fast papers came in, and what they take."""
    papers, cluster = _papers(address), Cluster(address)
    stats = cluster.call("GET", f"/{address.name}.papers-*/_stats/store,segments")["_all"]
    primary, total = (stats[name]["store"]["size_in_bytes"] for name in ("primaries", "total"))
    segments = stats["total"]["segments"]["count"]
    cluster.close()
    return Table(
        f"{papers:,} papers copied from a folder to a cluster",
        ("papers a second", "KB a paper", "KB with its copies", "segments"),
        [(papers / took, primary / papers / 1e3, total / papers / 1e3, segments)],
    )


def parts_table(engine: Engine, address: Address, questions: Sequence[str]) -> Table:
    """The engine against the bare requests that its answers are made of."""
    bare = BareCluster(address)
    times: dict[str, list[float]] = {}
    for question in questions:  # in turn, so that a busy moment hits all of them
        text = parse(question).text
        for name, request in bare.requests(text).items():
            times.setdefault(name, []).append(seconds(request))
        times.setdefault("nearpaper", []).append(seconds(lambda q=question: engine.search(q)))  # type: ignore[misc]
    bare.close()
    whole = np.array(times.pop("nearpaper"))
    total = np.sum(list(times.values()), axis=0)
    without = total - np.array(times["facets"])
    rows = {**times, "sum": total, "sum without facets": without, "nearpaper, hybrid": whole}
    base = float(np.median(total))
    return Table(
        "A hybrid question against its bare requests, one client",
        ("", "p50 ms", "p95 ms", "p50, sum = 1"),
        [
            (name, time.p50, time.p95, ratio(time.p50, base * 1000))
            for name, values in rows.items()
            for time in [Latency.of(list(values))]
        ],
        (f"Reach: {REACH}. Facets of all papers are kept for each published state.",),
    )


def clients_table(places: dict[str, Location], questions: Sequence[str]) -> Table:
    """One client, and several at once, each time of an engine that never heard the questions."""
    rows = []
    for name, place in places.items():
        with _warm(place, questions[:WARM_UP]) as engine:
            alone = latency(engine.search, questions[WARM_UP:])
        with _warm(place, questions[:WARM_UP]) as engine:
            many, took = _at_once(engine.search, questions[WARM_UP:])
        rate = (len(questions) - WARM_UP) / took
        rows.append((name, alone.p50, alone.p95, many.p50, many.p95, rate))
    heads = ("p50 ms", "p95 ms", f"p50 of {CLIENTS}", f"p95 of {CLIENTS}", "questions/s")
    return Table(f"1 client and {CLIENTS}", ("", *heads), rows)


@contextmanager
def _warm(place: Location, questions: Sequence[str]) -> Iterator[Engine]:
    with Engine.open(place) as engine:
        for question in questions:
            engine.search(question)
        yield engine


def _at_once(ask: Callable[[str], object], questions: Sequence[str]) -> tuple[Latency, float]:
    times: list[float] = []
    turn = threading.Lock()

    def timed(question: str) -> None:
        took = seconds(lambda: ask(question))
        with turn:
            times.append(took)

    with ThreadPoolExecutor(CLIENTS) as pool:
        whole = seconds(lambda: list(pool.map(timed, questions)))
    return Latency.of(times), whole


def agreement_table(engines: dict[str, Engine], questions: Sequence[str]) -> Table:
    """How many of the first ten are the same."""

    def first(engine: Engine, question: str, mode: Mode) -> list[str]:
        return [id for id, _ in engine.ranking(question, mode=mode, depth=10)]

    rows = []
    for mode in MODES:
        pairs = [[first(engine, one, mode) for engine in engines.values()] for one in questions]
        same = sum(ours == theirs for ours, theirs in pairs)
        shared = [len({*ours} & {*theirs}) / max(1, len(ours)) for ours, theirs in pairs]
        rows.append((mode, same, len(pairs), float(np.mean(shared))))
    return Table("The first ten", ("", "identical", "of", "share in both"), rows)


def recall_table(address: Address, questions: Sequence[str]) -> Table:
    """Of the nearest by HNSW against all vectors compared."""
    store = OpenSearchStore(address)
    snapshot = store.snapshot()
    if snapshot is None:
        raise ValueError(f"{address}: nothing is published")
    embedder = store.embedder(snapshot.about.model)
    found: dict[int, list[float]] = {depth: [] for depth in DEPTHS}
    for vector in embedder.encode_queries([parse(question).text for question in questions]):
        near = snapshot.nearest(vector, DEPTHS[-1], ALL)[0]
        true = snapshot.nearest(vector, DEPTHS[-1], ALL, exact=True)[0]
        for depth in DEPTHS:
            both = np.intersect1d(near[:depth], true[:depth])
            found[depth].append(len(both) / len(true[:depth]))
    store.close()
    rows = [(depth, float(np.mean(shares))) for depth, shares in found.items()]
    return Table(f"Recall of the nearest, looked up {DEPTHS[-1]:,} deep", ("k", "recall"), rows)


def merged_table(address: Address) -> Table:
    """How long all segments of a shard take to become one."""
    cluster = Cluster(address)
    path = f"/{address.name}.papers-*/_forcemerge"
    took = seconds(lambda: cluster.write("POST", path, max_num_segments=1))
    cluster.close()
    return Table("Merging each shard to one segment", ("seconds",), [(took,)])


def _papers(address: Address) -> int:
    with Engine.open(address) as engine:
        return engine.papers


if __name__ == "__main__":
    typer.run(main)
