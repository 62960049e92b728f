"""A folder whose words an older nearpaper made is answered by those, and brought up to date."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from indexer import analysis
from indexer.files import stamp
from indexer.local.catalog.catalog import Catalog
from indexer.local.lock import WriterLock
from indexer.local.recovery import recover
from indexer.local.segments.lexicon import lexicon_files
from indexer.local.segments.manifest import Manifest
from indexer.local.store import LocalStore
from indexer.maintenance.backup import backup
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import compact, remove
from indexer.papers.paper import Paper
from indexer.pipeline import add
from indexer.snapshot import Snapshot
from indexer.where import ALL, Phrase
from tests.conftest import MakeIndex

TITLES = (
    "Fine-tuning of models",
    "Finetuning of models",
    "Fine tuning of models",
    "Behaviour of a C++ library",
    "Vitamin C and behavior",
    "The of",
)
RECORDS = [
    {"id": str(n), "title": title, "abstract": f"Number {n}, on colour.", "authors": ["Ada Ö. B"]}
    for n, title in enumerate(TITLES)
]
QUESTIONS = ("finetuning", "fine-tuning of models", "behaviour", "C++", "ada color", "the", "4")
Reading = Callable[[Path], Snapshot]
Answers = list[object]


@pytest.fixture
def old_index(make_index: MakeIndex) -> Path:
    """An index in which two papers died, as version 0.1 left it."""
    index = make_index(RECORDS)
    remove(index, ["5"])
    add(index, [str(_updated(index.parent))])
    made_old(index)
    return index


def _updated(folder: Path) -> Path:
    path = folder / "updated.jsonl"
    path.write_text(json.dumps(RECORDS[1] | {"abstract": "Written anew."}) + "\n")
    return path


def made_old(index: Path) -> None:
    """Put the lexicon and the manifest in place that version 0.1 would have written."""
    manifest = Manifest.load(index)
    assert manifest is not None
    folder = index / "lexicon" / manifest.lexicon
    shutil.rmtree(folder)
    folder.mkdir()
    _write_words(folder, index, manifest.change)
    path = index / "manifest.json"
    fields = json.loads(path.read_text())
    del fields["tokens"]
    files = {name: each for name, each in fields["files"].items() if "lexicon" not in name}
    for file in lexicon_files(folder):
        written = stamp(file)
        files[str(file.relative_to(index))] = {
            name: getattr(written, name) for name in ("bytes", "sha256", "mtime_ns")
        }
    path.write_text(json.dumps(fields | {"format": 2, "files": files}))


def _write_words(folder: Path, index: Path, change: int) -> None:
    import tantivy

    builder = tantivy.SchemaBuilder().add_integer_field("row", indexed=True, fast=True)
    builder.add_text_field("text", tokenizer_name="english", index_option="freq")
    for field in ("title", "abstract"):
        builder.add_text_field(field, tokenizer_name="english")
    builder.add_text_field("author", tokenizer_name="names", index_option="freq")
    lexicon = tantivy.Index(builder.build(), path=str(folder))
    lexicon.register_tokenizer("english", analysis.english())
    lexicon.register_tokenizer("names", analysis.plain())
    writer, catalog = lexicon.writer(15_000_000, 1), Catalog(index)
    for block in catalog.scan(after=0, change=change):
        for row, paper in zip(block.rows.tolist(), block.papers, strict=True):
            writer.add_document(_document(row, paper))
    writer.commit()
    writer.wait_merging_threads()
    catalog.close()


def _document(row: int, paper: Paper) -> Any:
    import tantivy

    document = tantivy.Document()
    document.add_integer("row", row)
    for text in (paper.title, paper.title, paper.abstract):
        document.add_text("text", text)
    document.add_text("title", paper.title)
    document.add_text("abstract", paper.abstract)
    for name in paper.authors:
        document.add_text("author", name)
    return document


def held(snapshot: Snapshot, text: str) -> set[str]:
    """Titles that hold a phrase."""
    found = map(snapshot.papers, snapshot.scan(Phrase(("title",), text)))
    return {paper.title for papers in found for paper in papers}


def answers(snapshot: Snapshot) -> Answers:
    """What is answered to some questions, with scores; vectors, too."""
    found: Answers = []
    for question in QUESTIONS:
        keys, scores = snapshot.bm25(question, 9, ALL)
        phrase = sorted(held(snapshot, question)) if snapshot.stems(question) else []
        ids = [paper.id for paper in snapshot.papers(keys)]
        found.append((question, ids, scores.round(4).tolist(), phrase, snapshot.stems(question)))
    (keys,) = snapshot.scan(ALL)
    return [*found, snapshot.vectors(keys).tobytes()]


def opened(index: Path) -> Snapshot:
    """What is published, whatever could be brought up to date."""
    snapshot = LocalStore(index).snapshot()
    assert snapshot is not None
    return snapshot


def test_until_then_it_answers_by_its_own_words(old_index: Path) -> None:
    old = opened(old_index)
    assert old.stems("fine-tuning behaviour") == ["fine", "tune", "behaviour"]
    assert held(old, "finetuning") == {"Finetuning of models"}
    assert held(old, "fine-tuning of models") == {"Fine-tuning of models", "Fine tuning of models"}
    assert held(old, "C++") == {"Behaviour of a C++ library", "Vitamin C and behavior"}
    assert len(old.bm25("fine-tuning", 9, ALL)[0]) == 2
    assert old.document_frequencies(["behaviour", "finetun"]) == [1, 1]


def test_it_is_brought_up_to_date_without_embedding(
    old_index: Path, tmp_path: Path, reading: Reading
) -> None:
    fresh = tmp_path / "fresh"
    shutil.copytree(old_index, fresh)
    compact(fresh)
    with mock.patch("indexer.models.load.load_embedder", side_effect=AssertionError):
        new = reading(old_index)
    assert answers(new) == answers(opened(fresh))
    assert held(new, "finetuning") == {"Fine-tuning of models", "Finetuning of models"}
    assert held(new, "C++") == {"Behaviour of a C++ library"}
    manifest = Manifest.load(old_index)
    assert manifest is not None
    assert (manifest.format, manifest.tokens) == (3, analysis.TOKENS)
    assert check(old_index) == []


def test_it_answers_as_one_that_is_made_anew(
    old_index: Path, tmp_path: Path, reading: Reading
) -> None:
    source, fresh = tmp_path / "fresh.jsonl", tmp_path / "fresh"
    records = [RECORDS[0], *RECORDS[2:5]]
    source.write_text("".join(json.dumps(record) + "\n" for record in records))
    add(fresh, [str(source), str(_updated(tmp_path))], model="hashing")
    assert answers(reading(old_index)) == answers(opened(fresh))


def test_a_large_one_waits_for_the_next_writer(old_index: Path, tmp_path: Path) -> None:
    before = answers(opened(old_index))
    recover(old_index, most=1)
    assert answers(opened(old_index)) == before
    add(old_index, [str(_updated(tmp_path))])
    assert held(opened(old_index), "C++") == {"Behaviour of a C++ library"}


def test_who_may_not_write_reads_it_as_it_is(old_index: Path, reading: Reading) -> None:
    before = answers(opened(old_index))
    with WriterLock(old_index):
        assert answers(reading(old_index)) == before


def test_a_backup_is_brought_up_to_date(old_index: Path, tmp_path: Path) -> None:
    backup(old_index, tmp_path / "copy")
    assert opened(tmp_path / "copy").stems("fine-tuning")[0] == "finetun"
