"""``python -m tests.bench``: measures nearpaper beside its limits and its peers, and reports.

Started by ``make bench`` (minutes) and ``make bench-full`` (an hour or two, and gigabytes).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from indexer.models.embedder import DEFAULT_MODEL
from indexer.models.load import load_embedder
from indexer.papers.paper import Paper
from indexer.pipeline import add
from tests.bench import compare, growth, limits, machine, many, scale, serving
from tests.bench.papers import ROOT, SAMPLE, SHARED, Papers, find_papers, find_questions
from tests.bench.peers import PEERS, is_installed
from tests.bench.report import Report

OUT = ROOT / "data" / "bench"
SECONDS_OF_LOAD = 4.0


def main(
    papers: Annotated[Path | None, typer.Option(help="Real papers to use: a file.")] = None,
    count: Annotated[int, typer.Option(help="How many papers.")] = 2_000,
    questions: Annotated[int, typer.Option(help="How many questions.")] = 100,
    full: Annotated[bool, typer.Option("--full", help="Growth to millions instead.")] = False,
    index: Annotated[
        Path | None, typer.Option(help="With --full: an index of real papers to grow from.")
    ] = None,
    largest: Annotated[int, typer.Option(help="With --full: how far to grow.")] = 3_000_000,
    out: Annotated[Path, typer.Option(help="Folder of the report.")] = OUT,
) -> None:
    """Measure, show, and write the report."""
    console, report = Console(), Report("nearpaper, measured", machine.facts())
    out.mkdir(parents=True, exist_ok=True)
    # Beside the report: where temporary files are kept in memory, gigabytes would not fit.
    with tempfile.TemporaryDirectory(prefix="run-", dir=out) as scratch:
        try:
            if full:
                grow(report, console, index or _real_index(console, papers), Path(scratch), largest)
            else:
                measure(report, console, find_papers(papers, count), Path(scratch), questions)
        finally:
            # What was measured before a run was stopped is kept.
            report.write(out / "full" if full else out)
            console.print(f"\nThe report is in {out}")


def measure(report: Report, console: Console, found: Papers, scratch: Path, asked: int) -> None:
    """nearpaper, its limits, its service, and every peer that is installed."""
    papers = found.papers
    report.facts |= {
        "papers": f"{len(papers):,}, {found.origin}",
        "model": f"{DEFAULT_MODEL} everywhere; nearpaper in {load_embedder().model.precision}",
    }
    if missing := [name for name in PEERS if not is_installed(name)]:
        report.facts["not installed"] = ", ".join(missing)
    _show(console, report)
    questions, runs = find_questions(papers, asked), dict[str, compare.Run]()
    shares: dict[str, float] = {}
    for name in filter(is_installed, PEERS):
        console.print(f"{name} builds and answers ...")
        folder = scratch / f"peer-{len(runs)}"
        with machine.watched(shares, name):
            runs[name] = compare.alone(compare.run, name, folder, papers, questions)
        if name == compare.OURS:
            with machine.watched(shares, "its limits and HTTP"):
                _against_limits(report, console, papers, folder / "index", runs[name].build)
    busy = ", ".join(f"{share:.0%} during {name}" for name, share in shares.items())
    report.facts["processor time that other programs took"] = busy
    console.print(f"processor time that other programs took: {busy}", highlight=False)
    report.add(compare.tables(runs, len(papers)), console)


def _against_limits(
    report: Report, console: Console, papers: list[Paper], folder: Path, build: float
) -> None:
    """nearpaper's index beside its bare parts, and over HTTP."""
    total = len(papers)
    encode = compare.alone(limits.encode_seconds, papers)
    report.add([limits.build_table(build, encode, total)], console)
    parts = compare.alone(limits.parts, folder, find_questions(papers, 200))
    report.add([limits.query_table(parts, total)], console)
    sentences = find_questions(papers, total, real=False)
    answers = serving.loads(folder, sentences, SECONDS_OF_LOAD)
    report.add([serving.table(*answers, total), many.measure(folder, sentences)], console)


def grow(report: Report, console: Console, folder: Path, scratch: Path, largest: int) -> None:
    """Vectors and whole indexes up to ``largest`` papers, and the service at the real size."""
    corpus = scale.Corpus.of(folder)
    real = len(corpus.papers)
    report.facts |= {"papers": f"{real:,} of {folder.name}", "precision": corpus.model.precision}
    _show(console, report)
    questions = find_questions(corpus.papers, 200)
    sentences = find_questions(corpus.papers, 20_000, real=False)
    answers = serving.loads(folder, sentences, 5 * SECONDS_OF_LOAD)
    report.add([serving.table(*answers, real), many.measure(folder, sentences)], console)
    sizes = [size for size in growth.SIZES if size <= largest]
    report.add([growth.table(growth.grow(corpus.vectors, sizes, scratch), real)], console)
    with_real = sorted({*sizes, min(real, largest)})
    grown = list(scale.grow(corpus, with_real, scratch / "grown", questions))
    report.add([scale.table(grown, real)], console)


def _show(console: Console, report: Report) -> None:
    for name, fact in report.facts.items():
        console.print(f"{name}: {fact}", markup=False, highlight=False)


def _real_index(console: Console, given: Path | None) -> Path:
    """An index of all real papers there are; made once, since embedding them takes long."""
    paths = [given] if given else sorted((SHARED / "papers").glob("*.jsonl.gz")) or [SAMPLE]
    folder = OUT / f"index-{'-'.join(path.name.split('.')[0] for path in paths)}"
    console.print(f"Indexing {', '.join(path.name for path in paths)} into {folder} ...")
    add(folder, [str(path) for path in paths])
    return folder


if __name__ == "__main__":
    typer.run(main)
