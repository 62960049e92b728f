"""The benchmarks' own pieces, and one small run of nearpaper beside its bare parts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from rich.console import Console

from indexer.models.embedder import unit_rows
from indexer.papers.identity import names_of
from indexer.papers.paper import Paper
from tests.bench import compare, growth, layout_table, limits, machine, reading, scale
from tests.bench.layouts import LAYOUTS
from tests.bench.measures import Latency, Memory, latency, ratio
from tests.bench.papers import (
    SAMPLE,
    find_questions,
    mixed,
    read_papers,
    sentences_of,
)
from tests.bench.peers import PEERS, K, is_installed, make
from tests.bench.plots import Bars, text_bars
from tests.bench.report import Report, Table, markdown
from tests.bench.vectors import BLOCK, Real


@pytest.fixture(autouse=True, scope="module")
def same_environment() -> Iterator[None]:
    """Peers are run with switches that other tests must not find."""
    with mock.patch.dict(os.environ):
        yield


@pytest.fixture(scope="module")
def sample() -> list[Paper]:
    return read_papers([SAMPLE])


@pytest.fixture(scope="module")
def real() -> Real:
    """Unit vectors in 20 bunches."""
    chance = np.random.default_rng(3)
    centres = chance.standard_normal((20, 32))
    rows = centres[chance.integers(0, 20, 800)] + 0.3 * chance.standard_normal((800, 32))
    return Real((rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16))


def test_made_vectors_are_of_unit_length_seeded_and_near_their_ends(real: Real) -> None:
    made, again = real.made(4), Real(real.vectors).made(4)
    assert np.allclose(np.linalg.norm(made.vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(made.vectors, again.vectors)
    assert not np.array_equal(made.vectors, real.made(5).vectors)
    ends = real.vectors[made.first].astype(np.float32)
    others = real.vectors[np.roll(made.first, 1)].astype(np.float32)
    assert np.median((made.vectors * ends).sum(axis=1)) > 0.8
    assert np.median((made.vectors * others).sum(axis=1)) < 0.4


def test_blocks_hold_as_many_vectors_as_asked_the_real_ones_first(real: Real) -> None:
    for total in (10, 800, 801, 800 + BLOCK, 900 + BLOCK):
        blocks = list(real.blocks(total))
        assert sum(map(len, blocks)) == total
        first = min(total, 800)
        assert np.array_equal(np.concatenate(blocks)[:first], real.vectors[:first])
    every = real.sample(900 + BLOCK, 900 + BLOCK)
    assert np.array_equal(every, np.concatenate(blocks).astype(np.float16))


def test_vectors_are_measured_at_each_size(real: Real, tmp_path: Path) -> None:
    members, questions = tmp_path / "real", real.vectors[:40].astype(np.float32)
    Real(real.vectors[40:]).save(members)
    written = growth.write(members, 2_000, tmp_path / "some.faiss")
    time, found, memory = growth.search(tmp_path / "some.faiss", written.probing, questions)
    flat, right = growth.scan(members, 2_000, questions)
    assert written.seconds > 0
    assert written.peak > 0
    assert growth.recall(found, right) > 0.95
    size = growth.Size(2_000, written, 1, time, flat, 1.0, memory)
    assert "| 2,000 |" in markdown(growth.table([size], 760))


def test_recall_counts_what_is_found_in_any_order() -> None:
    right = np.array([[1, 2], [3, 4]])
    assert growth.recall(np.array([[2, 1], [3, 9]]), right) == 0.75
    assert compare.overlap([["a", "b"], []], [["b", "c"], ["d", "e"]]) == 0.25


def test_papers_are_made_of_the_sample_where_there_are_no_real_ones(sample: list[Paper]) -> None:
    made = mixed(sample, 500)
    assert made[: len(sample)] == sample
    assert len({paper.id for paper in made}) == 500
    assert made == mixed(sample, 500)
    known = {paper.abstract for paper in sample}
    assert all(paper.abstract and paper.abstract not in known for paper in made[len(sample) :])
    names = [name.name for paper in made for name in names_of(paper)]
    assert len(set(names)) == len(names), "an index would take some for duplicates"


def test_questions_are_sentences_and_differ(sample: list[Paper]) -> None:
    questions = find_questions(sample, 50, real=False)
    assert len(set(questions)) == 50
    abstracts = "\n".join(paper.abstract for paper in sample)
    assert all(question in abstracts for question in questions)
    assert questions == list(sentences_of(sample))[:50]


def test_mixed_papers_take_their_words_from_both(sample: list[Paper]) -> None:
    import random

    paper = scale.mix(sample[0], sample[1], random.Random(1), "new")  # noqa: S311
    words = paper.abstract.split()
    assert paper.id == "new"
    assert len(words) == len(sample[0].abstract.split())
    both = {*sample[0].abstract.split(), *sample[1].abstract.split()}
    assert set(words) <= both
    assert set(words) - set(sample[0].abstract.split())


@pytest.mark.slow
def test_an_index_grows_through_real_papers_into_mixed_ones(
    sample_index: Path, tmp_path: Path
) -> None:
    corpus, target = scale.Corpus.of(sample_index), tmp_path / "grown"
    papers, total = scale.Papers(corpus), len(corpus.papers)
    for start, stop in ((0, 50), (50, total + 30), (total + 30, total + 40)):
        assert scale.extend(target, papers, corpus.model, start, stop).publishing > 0
    grown = scale.Corpus.of(target)
    assert grown.papers[:total] == corpus.papers
    ids = [paper.id for paper in grown.papers[total:]]
    assert ids == [f"grown-{number}" for number in range(40)]


def test_times_and_ratios() -> None:
    assert Latency.of([0.001] * 99 + [1]).p50 == pytest.approx(1)
    asked: list[int] = []
    assert latency(asked.append, [1, 2]).p95 >= 0
    assert asked == [1, 2]
    assert ratio(3, 2) == 1.5
    assert np.isnan(ratio(3, 0))
    assert Memory.now(os.getpid()).own > 1_000_000


def test_what_other_programs_take_is_told_from_own_work() -> None:
    shares: dict[str, float] = {}
    with machine.watched(shares, "own"):
        compare.alone(sum, range(10_000_000))
        sum(range(10_000_000))
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as other:
        with machine.watched(shares, "another"):
            time.sleep(0.5)
        other.kill()
    assert 0 <= shares["own"] <= 1
    assert 0.3 / machine.cores() < shares["another"] <= 1


def test_the_report_shows_figures_with_three_digits_and_bars(tmp_path: Path) -> None:
    bars = Bars("speed", "A second", {"one": 10.0, "other": 5.0})
    table = Table(
        "Speed", ("", "ms", "times"), [("a|b", 1234.5, None), ("c", 0.12345, 2)], (), [bars]
    )
    text = markdown(table)
    assert "| a\\|b | 1,234 | – |" in text
    assert "| c | 0.123 | 2 |" in text
    lengths = [line.count("█") for line in text_bars(bars).splitlines()[1:]]
    assert lengths == [50, 25]
    report = Report("Title", {"cores": "2"})
    report.add([table], Console(quiet=True))
    report.write(tmp_path)
    assert "- cores: 2" in (tmp_path / "report.md").read_text()
    assert json.loads((tmp_path / "report.json").read_text())["tables"][0]["title"] == "Speed"


@pytest.mark.slow
def test_a_small_run_beside_the_bare_parts(tmp_path: Path, sample: list[Paper]) -> None:
    papers, questions = sample[:50], find_questions(sample[:50], 40, real=False)
    run = compare.run("nearpaper", tmp_path, papers, questions)
    assert set(run.latencies) == {"hybrid", "dense", "lexical"}
    assert all(len(ids) == K for ids in run.answers["hybrid"])
    assert run.exact is not None
    assert compare.overlap(run.answers["dense"], run.exact) > 0.95
    parts = limits.parts(tmp_path / "index", questions)
    assert parts.sum.p50 >= max(parts.encode.p50, parts.faiss.p50, parts.tantivy.p50)
    assert parts.overhead == parts.hybrid.p50 / parts.sum.p50
    built, answered = compare.tables({"nearpaper": run}, 50)
    assert built.rows[0][3] == 1
    assert [row[3] for row in answered.rows] == [1, 1, 1]


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", PEERS)
def test_every_peer_finds_a_paper_by_its_own_title(
    name: str, tmp_path: Path, sample: list[Paper]
) -> None:
    if not is_installed(name):
        pytest.skip(f"{name} is not installed; `make bench` installs it")
    peer = make(name, tmp_path)
    peer.build(sample[:20])
    for mode in peer.modes:
        for paper in sample[3:6]:
            found = peer.ask(paper.title, mode)
            assert len(found) == K or mode == "lexical"  # by words, only papers that hold one
            assert found[0]["id"] == paper.id
            assert found[0]["title"] == paper.title
            assert found[0]["abstract"] == paper.abstract


def test_a_reader_is_measured_beside_another_checkout() -> None:
    header, row = reading.rows([SAMPLE], reading.HERE, rounds=1)
    assert header.split()[0] == "file"
    name, rate, _, before, *_ = row.split()
    assert name == SAMPLE.name
    assert float(rate.replace(",", "")) > 0 < float(before.replace(",", ""))
    assert reading.read(SAMPLE, reading.HERE).records == len(read_papers([SAMPLE]))


@pytest.mark.slow
@pytest.mark.parametrize("name", LAYOUTS)
def test_each_way_to_keep_vectors_finds_the_nearest(name: str, tmp_path: Path) -> None:
    real = np.random.default_rng(1).standard_normal((500, 64)).astype(np.float16)
    Real(unit_rows(real.astype(np.float32)).astype(np.float16)).save(tmp_path / "real")
    questions = layout_table.hard(Real.load(tmp_path / "real").vectors)
    right = layout_table.nearest(tmp_path / "real", 3_000, questions)
    found = layout_table.measure(LAYOUTS[name], tmp_path / "real", 3_000, questions, right)
    assert found.build > 0
    assert found.first >= layout_table.RECALL
    assert 0.3 < found.deep <= 1  # of random vectors, a thousand are hardly nearer than others
    assert f"| {name} |" in markdown(layout_table.table({name: found}, 3_000))
