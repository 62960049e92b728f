from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import pytest

from indexer import pipeline
from indexer.errors import IndexBusyError, ModelError, SourceError, UsageError
from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.rows import Block
from indexer.local.segments.lexicon_writer import LexiconWriter
from indexer.location import using_store
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import compact, info, rebuild, remove
from indexer.models.hashing import HashingEmbedder
from indexer.pipeline import add
from indexer.progress import Estimate, Tally
from indexer.snapshot import Snapshot
from indexer.where import ALL

Record = Mapping[str, object]
Reading = Callable[[Path], Snapshot]
TOPICS = ["grokking", "diffusion", "parsing", "protein", "galaxies", "kernels", "speech"]


def records(n: int, **more: object) -> list[dict[str, object]]:
    return [
        {
            "id": f"2301.{number:05d}",
            "title": f"{TOPICS[number % 7]} study {number}",
            "abstract": f"We look at {TOPICS[number % 5]} {number} with {TOPICS[number % 3]}.",
            **more,
        }
        for number in range(1, n + 1)
    ]


def written(path: Path, papers: Iterable[Record]) -> str:
    path.write_text("".join(json.dumps(paper) + "\n" for paper in papers))
    return str(path)


def test_the_same_again_costs_nothing(tmp_path: Path) -> None:
    source, index = written(tmp_path / "a.jsonl", records(300)), tmp_path / "index"
    first = add(index, [source], model="hashing")
    again = add(index, [source])
    assert (first.added, first.embedded, first.rejected) == (300, 300, 0)
    assert (again.added, again.updated, again.unchanged, again.embedded) == (0, 0, 300, 0)
    assert again.generation == first.generation
    assert check(index) == []


def test_a_later_record_overwrites_only_what_it_carries(tmp_path: Path, reading: Reading) -> None:
    index = tmp_path / "index"
    first = written(tmp_path / "hf.jsonl", records(3, upvotes=7, date="2023-01-02"))
    later = written(tmp_path / "arxiv.jsonl", records(3, categories=["cs.CL"]))
    add(index, [first], model="hashing")
    tally = add(index, [later])
    assert (tally.updated, tally.embedded) == (3, 0)
    snapshot = reading(index)
    (paper,) = snapshot.papers(snapshot.locate(["2301.00002"]))
    assert snapshot.about.papers == 3
    assert (paper.upvotes, paper.date, paper.categories) == (7, "2023-01-02", ("cs.CL",))
    assert paper.sources == ("hf", "arxiv")


def test_one_id_stands_once_however_often_it_comes(tmp_path: Path, reading: Reading) -> None:
    twice: list[Record] = [
        *records(2),
        {"id": "arXiv:2301.00001v2", "title": "grokking study 1, revised"},
    ]
    index = tmp_path / "index"
    tally = add(index, [written(tmp_path / "a.jsonl", twice)], model="hashing")
    assert (tally.added, tally.unchanged) == (2, 1)
    snapshot = reading(index)
    (paper,) = snapshot.papers(snapshot.locate(["2301.00001"]))
    assert paper.title == "grokking study 1, revised"
    assert snapshot.about.papers == 2


def test_a_changed_text_is_embedded_anew_and_the_old_one_is_gone(
    tmp_path: Path, reading: Reading
) -> None:
    index = tmp_path / "index"
    add(index, [written(tmp_path / "a.jsonl", records(20))], model="hashing")
    changed = [{"id": "2301.00001", "title": "volcanoes", "abstract": "volcanoes of Iceland"}]
    assert add(index, [written(tmp_path / "b.jsonl", changed)]).embedded == 1
    snapshot = reading(index)
    (key,) = snapshot.bm25("volcanoes of Iceland", 20, ALL)[0]
    (changed_vector,) = snapshot.vectors(np.array([key]))
    near = snapshot.papers(snapshot.nearest(changed_vector, 20, ALL)[0])
    assert near[0].title == "volcanoes"
    assert len({paper.id for paper in near}) == 20


def test_remove_names_what_it_does_not_know(tmp_path: Path, reading: Reading) -> None:
    index = tmp_path / "index"
    add(index, [written(tmp_path / "a.jsonl", records(5))], model="hashing")
    done = remove(index, ["https://arxiv.org/abs/2301.00003", "2301.99999"])
    assert (done.removed, done.unknown) == (("2301.00003",), ("2301.99999",))
    snapshot = reading(index)
    found = [paper.id for paper in snapshot.papers(snapshot.bm25("study", 10, ALL)[0])]
    assert len(found) == 4
    assert "2301.00003" not in found
    assert check(index) == []


def test_rebuild_and_compact_change_no_answer(tmp_path: Path, reading: Reading) -> None:
    index = tmp_path / "index"
    add(index, [written(tmp_path / "a.jsonl", records(40))], model="hashing")
    remove(index, ["2301.00007"])
    add(index, [written(tmp_path / "b.jsonl", records(45, upvotes=3))])
    before = ranking(reading(index))
    for part in ("vectors", "columns", "lexicon"):
        shutil.rmtree(index / part)
    (index / "manifest.json").unlink()
    rebuild(index)
    assert ranking(reading(index)) == before
    compact(index)
    assert ranking(reading(index)) == before
    assert check(index) == []
    assert info(index)["papers"] == 45


def ranking(snapshot: Snapshot) -> list[tuple[str, float]]:
    question = HashingEmbedder().encode_queries(["kernels of parsing"])[0]
    by_words = snapshot.bm25("kernels of parsing", 1000, ALL)
    found = [by_words, snapshot.nearest(question, 1000, ALL)]
    return [
        (paper.id, round(float(score), 4))
        for keys, scores in found
        for paper, score in zip(snapshot.papers(keys), scores, strict=True)
    ]


def test_the_tail_is_folded_when_it_has_grown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reading: Reading
) -> None:
    monkeypatch.setattr("indexer.local.segments.publisher.TAIL_ROWS", 10)
    index = tmp_path / "index"
    for count in (8, 16, 24, 60):
        add(index, [written(tmp_path / "a.jsonl", records(count))], model="hashing")
        assert check(index) == []
    assert reading(index).about.papers == 60
    assert len(list((index / "vectors").iterdir())) == 2


def test_an_unreadable_input_stops_before_anything_is_made(tmp_path: Path) -> None:
    good = written(tmp_path / "a.jsonl", records(2))
    with pytest.raises(SourceError, match=r"gone\.jsonl"):
        add(tmp_path / "index", [good, str(tmp_path / "gone.jsonl")], model="hashing")
    with pytest.raises(UsageError, match="format"):
        add(tmp_path / "index", [good], format="nonsense", model="hashing")
    assert not (tmp_path / "index").exists()


def test_bad_records_are_listed_with_their_reasons(tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    written(source, records(3))
    source.write_text(source.read_text() + "{broken\n[1, 2]\n")
    tally = add(tmp_path / "index", [str(source)], model="hashing")
    assert (tally.added, tally.rejected) == (3, 2)
    assert tally.rejects_file is not None
    rejects = [json.loads(line) for line in tally.rejects_file.read_text().splitlines()]
    assert [reject["line"] for reject in rejects] == [4, 5]
    assert all(reject["reason"] for reject in rejects)


def test_standard_input_is_named_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="named twice"):
        add(tmp_path / "index", ["-", "-"], model="hashing")


def test_no_rejects_are_written_over_what_is_read_or_over_the_index(tmp_path: Path) -> None:
    index, source = tmp_path / "index", tmp_path / "a.jsonl"
    source.write_text('{"id": "1", "title": "One", "abstract": "Text."}\n{}\n')
    before = source.read_bytes()
    with pytest.raises(UsageError, match="written over"):
        add(index, [str(source)], model="hashing", rejects=source)
    assert source.read_bytes() == before
    assert not index.exists()
    assert add(index, [str(source)], model="hashing").added == 1
    listed = (index / "rejects.jsonl").read_bytes()
    with pytest.raises(UsageError, match="written over"):
        add(index, [str(index / "rejects.jsonl")])
    for name in ("catalog.sqlite", "more.jsonl"):
        with pytest.raises(UsageError, match="lies inside of the index"):
            add(index, [str(source)], rejects=index / name)
    with pytest.raises(ModelError):  # what is refused leaves the last run's
        add(index, [str(source)], model="all-MiniLM-L6-v2")
    assert (index / "rejects.jsonl").read_bytes() == listed
    assert check(index) == []


def test_another_model_is_refused(tmp_path: Path) -> None:
    source, index = written(tmp_path / "a.jsonl", records(2)), tmp_path / "index"
    add(index, [source], model="hashing")
    with pytest.raises(ModelError, match="made with hashing"):
        add(index, [source], model="all-MiniLM-L6-v2")


def test_a_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    source, index = written(tmp_path / "a.jsonl", records(2)), tmp_path / "index"
    add(index, [source], model="hashing")
    code = (
        "import sys, pathlib, time; from indexer.local.writer import LocalWriter\n"
        "with LocalWriter(pathlib.Path(sys.argv[1])): print('open', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, index], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(IndexBusyError, match=f"process {other.pid} since 20"):
            add(index, [source])
        other.kill()
    assert add(index, [source]).unchanged == 2


def test_readers_see_what_a_killed_writer_committed(tmp_path: Path, reading: Reading) -> None:
    source, index = written(tmp_path / "a.jsonl", records(600)), tmp_path / "index"
    code = (
        "import os, signal, sys, pathlib; from indexer import pipeline\n"
        "from indexer.local.catalog import catalog\n"
        "commit = catalog.Catalog.commit; n = 0\n"
        "def dying(*a, **k):\n"
        "    global n; commit(*a, **k); n += 1\n"
        "    if n == 2: os.kill(os.getpid(), signal.SIGKILL)\n"
        "catalog.Catalog.commit = dying\n"
        "pipeline.add(pathlib.Path(sys.argv[1]), [sys.argv[2]], model='hashing')"
    )
    done = subprocess.run([sys.executable, "-c", code, index, source], check=False)
    assert done.returncode == -signal.SIGKILL
    assert reading(index).about.papers == 512
    assert check(index) == []


def test_an_interrupted_creation_opens_as_an_empty_index(tmp_path: Path) -> None:
    for leftovers in (["writer.lock"], ["writer.lock", "catalog.sqlite"]):
        index = tmp_path / f"index{len(leftovers)}"
        index.mkdir()
        for name in leftovers:
            (index / name).touch()
        with using_store(index) as store:
            store.recover()
            assert store.snapshot() is None
        assert check(index) == []
        source = written(tmp_path / "a.jsonl", records(2))
        assert add(index, [source], model="hashing").added == 2


def test_ctrl_c_leaves_what_was_committed_and_continues(tmp_path: Path) -> None:
    class Interrupting:
        def estimated(self, estimate: Estimate) -> None: ...

        def advanced(self, tally: Tally, fraction: float | None) -> None:
            if tally.added >= 512:
                raise KeyboardInterrupt

    source, index = written(tmp_path / "a.jsonl", records(1000)), tmp_path / "index"
    tally = add(index, [source], model="hashing", listener=Interrupting())
    assert (tally.interrupted, tally.added) == (True, 512)
    assert info(index)["papers"] == 512
    rest = add(index, [source])
    assert (rest.unchanged, rest.added) == (512, 488)


def test_an_input_that_turns_out_unreadable_costs_none_of_those_before(tmp_path: Path) -> None:
    source, index = written(tmp_path / "a.jsonl", records(700)), tmp_path / "index"
    (tmp_path / "b.parquet").write_bytes(b"PAR1" + bytes(100))
    with pytest.raises(SourceError, match="Parquet"):
        add(index, [source, str(tmp_path / "b.parquet")], model="hashing")
    assert info(index)["papers"] == 700


def test_ctrl_c_while_papers_are_published_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extend, published = LexiconWriter.add, []

    def interrupted(writer: LexiconWriter, block: Block) -> None:
        published.append(len(block.rows))
        if len(published) == 1:
            raise KeyboardInterrupt
        extend(writer, block)

    monkeypatch.setattr(pipeline, "PUBLISH_SECONDS", 0.0)
    monkeypatch.setattr(LexiconWriter, "add", interrupted)
    source, index = written(tmp_path / "a.jsonl", records(1000)), tmp_path / "index"
    tally = add(index, [source], model="hashing")
    assert tally.interrupted
    assert info(index)["papers"] == tally.added == 256
    assert check(index) == []


def test_the_schema_lists_a_papers_fields_in_their_order(tmp_path: Path) -> None:
    index = tmp_path / "index"
    full = {
        "id": "10.1000/xyz",
        "title": "A title",
        "abstract": "An abstract",
        "authors": ["A. Author", "B. Author"],
        "date": "2023-05",
        "url": "https://example.org/a",
        "categories": ["cs.CL"],
        "venue": "ACL",
        "upvotes": 3,
        "comments": 4,
        "submitted": "2023-05-06",
        "listed": "2023-05-07",
        "licence": "CC BY 4.0",
    }
    add(index, [written(tmp_path / "a.jsonl", [full])], model="hashing")
    catalog = Catalog(index)
    paper = catalog.current(["10.1000/xyz"])["10.1000/xyz"]
    catalog.close()
    for name, value in full.items():
        assert getattr(paper, name) == (tuple(value) if isinstance(value, list) else value), name
    assert paper.sources == ("a",)


def test_what_is_close_is_fitted_after_an_interruption(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, papers = tmp_path / "index", written(tmp_path / "a.jsonl", records(60))

    def interrupted(*_: object) -> dict[str, str]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "fitted_again", interrupted)
        with pytest.raises(KeyboardInterrupt):
            add(index, [papers], model="hashing")
    add(index, [papers])
    with using_store(index) as store:
        snapshot = store.snapshot()
        assert snapshot is not None
        assert snapshot.calibration.papers == 60
