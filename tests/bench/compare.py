"""nearpaper and its peers: the same papers built, the same questions asked, each in its process."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from indexer.papers.paper import Paper
from tests.bench.limits import exact_ids
from tests.bench.measures import Latency, folder_bytes, latency, ratio, seconds
from tests.bench.peers import K, make
from tests.bench.plots import Bars
from tests.bench.report import Table

OURS = "nearpaper"
EXACT = "sentence-transformers + FAISS"
"""The peer that searches the plain vectors exactly, so that the others can be checked by it."""
WARM_UP = 5

Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Run:
    """What one contender did.

    Attributes:
        build: Seconds from papers in memory to an index that answers.
        bytes: Of its files.
        latencies: For each mode.
        answers: Ids that came back for each question, by mode.
        exact: What an exact search of its own vectors finds, where that was looked up.
    """

    build: float
    bytes: int
    latencies: dict[str, Latency]
    answers: dict[str, list[list[str]]]
    exact: list[list[str]] | None = None


def alone(action: Callable[..., Outcome], *arguments: Any) -> Outcome:
    """What an action gives in a new process, where nobody has set threads or filled caches."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(action, *arguments).result()


def run(name: str, folder: Path, papers: Sequence[Paper], questions: Sequence[str]) -> Run:
    """Build and ask; meant for a process of its own."""
    peer = make(name, folder)
    build = seconds(lambda: peer.build(papers))
    latencies, answers = {}, {}
    for mode in peer.modes:
        for question in sentences_to_warm_up(papers):
            peer.ask(question, mode)
        found: list[list[str]] = []

        def ask(question: str, mode: str = mode, found: list[list[str]] = found) -> None:
            found.append([str(record["id"]) for record in peer.ask(question, mode)])

        latencies[mode], answers[mode] = latency(ask, questions), found
    exact = exact_ids(folder / "index", questions, K) if name == OURS else None
    return Run(build, folder_bytes(folder), latencies, answers, exact)


def sentences_to_warm_up(papers: Sequence[Paper]) -> list[str]:
    """Some titles: never among the questions, which come from abstracts or from people."""
    return [paper.title for paper in papers[:WARM_UP]]


def overlap(found: Sequence[Sequence[str]], exact: Sequence[Sequence[str]]) -> float:
    """Mean share of the exact results that were found."""
    pairs = zip(found, exact, strict=True)
    return float(np.mean([len(set(some) & set(all)) / max(1, len(all)) for some, all in pairs]))


def tables(runs: dict[str, Run], papers: int) -> list[Table]:
    """Building and answering, each beside nearpaper."""
    return [_building(runs, papers), _answering(runs)]


def _building(runs: dict[str, Run], papers: int) -> Table:
    ours = runs[OURS].build
    rows = [
        (name, run.build, papers / run.build, ratio(run.build, ours), run.bytes / 2**20)
        for name, run in runs.items()
    ]
    return Table(
        f"Building an index of {papers:,} papers",
        ("", "seconds", "papers a second", "time, nearpaper = 1", "MB on disk"),
        rows,
        ("The model is loaded before; nearpaper also embeds every title and indexes the words.",),
        [Bars("build", "Papers a second", {name: papers / r.build for name, r in runs.items()})],
    )


def _answering(runs: dict[str, Run]) -> Table:
    ours, rows, bars = runs[OURS].latencies, [], {}
    for name, each in runs.items():
        for mode, time in each.latencies.items():
            same, default = ours.get(mode, ours["hybrid"]), ours["hybrid"]
            checked = _checked(runs, each) if mode == "dense" else None
            ratios = ratio(time.p50, same.p50), ratio(time.p50, default.p50)
            rows.append((f"{name}, {mode}", time.p50, time.p95, *ratios, checked))
            bars[f"{name}, {mode}"] = time.p50
    heads = ("", "p50 ms", "p95 ms", "p50, nearpaper's same mode = 1", "nearpaper's hybrid = 1")
    return Table(
        "From a question in words to the records of ten papers",
        (*heads, "overlap@10 with exact"),
        rows,
        (
            "One question after the other, its embedding included; every question is new.",
            "Overlap is with an exact search of the vectors: nearpaper's own, which weigh the "
            "title; the plain ones of sentence-transformers for the others.",
        ),
        [Bars("answer", "Milliseconds to an answer, p50", bars)],
    )


def _checked(runs: dict[str, Run], each: Run) -> float | None:
    plain = runs[EXACT].answers["dense"] if EXACT in runs else None
    exact = each.exact or plain
    return overlap(each.answers["dense"], exact) if exact else None
