"""int8: calibrated on the index's own papers, checked, kept in the index."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from indexer.embedding import embedder_selection
from indexer.errors import ModelError, UsageError
from indexer.local import embedder_loading
from indexer.local.embedder_loading import load_matching
from indexer.local.index_model import load_kept
from indexer.local.segments.manifest import Manifest
from indexer.location import Location, using_store
from indexer.maintenance.backup import backup, restore
from indexer.maintenance.check import check
from indexer.maintenance.copy import copy
from indexer.maintenance.upkeep import info, rebuild
from indexer.memory.store import MemoryStore
from indexer.models import quantisation
from indexer.models.embedder import DEFAULT_MODEL
from indexer.models.load import load_embedder
from indexer.models.precision import INT8_DYNAMIC
from indexer.models.quantisation import LEAST_COSINE, quantised
from indexer.models.recipe import document_text, embed
from indexer.papers.paper import Paper
from indexer.pipeline import add
from indexer.where import ALL

pytestmark = pytest.mark.slow  # each calibration takes tens of seconds

ROOT = Path(__file__).resolve().parents[3]
PAPERS = 80
"""Of those that ship with the project: calibrating on all of them takes long."""

pytest.importorskip("nncf", reason="making an int8 model needs the extra int8")

COLD = """
import sys
from indexer.where import ALL
from indexer.location import open_store

store = open_store(sys.argv[1])
store.recover()
snapshot = store.snapshot()
(question,) = store.embedder(snapshot.about.model).encode_queries(["grokking"])
(paper,) = snapshot.papers(snapshot.nearest(question, 1, ALL)[0])
heavy = sorted({"torch", "transformers", "sentence_transformers", "nncf"} & set(sys.modules))
print(paper.id, *heavy)
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real papers, the one on grokking first."""
    lines = (ROOT / "data" / "papers.jsonl").read_text(encoding="utf-8").splitlines()
    lines.sort(key=lambda line: "2201.02177" not in line)
    path = tmp_path_factory.mktemp("source") / "papers.jsonl"
    path.write_text("\n".join(lines[:PAPERS]), encoding="utf-8")
    return path


def texts_of(source: Path) -> list[str]:
    papers = map(json.loads, source.read_text(encoding="utf-8").splitlines())
    return [f"{paper['title']}\n{paper['abstract']}" for paper in papers]


@pytest.fixture(scope="module")
def int8_index(tmp_path_factory: pytest.TempPathFactory, source: Path) -> Path:
    """An index in int8. Read only."""
    folder = tmp_path_factory.mktemp("int8") / "index"
    add(folder, [str(source)], precision="int8")
    return folder


@pytest.fixture
def own_copy(int8_index: Path, tmp_path: Path) -> Path:
    return shutil.copytree(int8_index, tmp_path / "index")


def one_paper(folder: Path) -> str:
    path = folder / "one.jsonl"
    path.write_text('{"id": "new", "title": "Knots in proteins", "abstract": "Some are deep."}\n')
    return str(path)


def manifest_of(index: Path) -> Manifest:
    manifest = Manifest.load(index)
    assert manifest is not None
    return manifest


def test_every_paper_is_within_the_bound_of_fp32(int8_index: Path, source: Path) -> None:
    model = manifest_of(int8_index).model
    texts = texts_of(source)
    given = embed(load_matching(int8_index, model), texts).vectors
    wanted = embed(load_embedder(), texts).vectors
    cosines = np.einsum("nd,nd->n", wanted, given)
    assert cosines.mean() >= LEAST_COSINE
    # Most were calibrated on, and one in four checked; bf16 is not quite fp32.
    assert cosines.min() >= LEAST_COSINE - 0.001
    assert cosines.max() < 0.99999


def test_manifest_and_info_say_it(int8_index: Path) -> None:
    model = manifest_of(int8_index).model
    assert (model.name, model.precision) == (DEFAULT_MODEL, "int8")
    assert (int8_index / "models" / model.converted_sha256).is_dir()
    facts = info(int8_index)
    assert facts["model"]["precision"] == "int8"
    assert facts["encoder"] == f"openvino int8 {model.converted_sha256[:12]}"
    assert facts["generation"] == 2  # the empty one, and the one with the papers
    assert check(int8_index) == []


def test_nothing_that_was_made_for_a_processor_is_kept_in_an_index(int8_index: Path) -> None:
    load_matching(int8_index, manifest_of(int8_index).model).encode_queries(["knots"])
    assert list(int8_index.rglob("ready-*")) == []


def test_a_cold_search_imports_neither_nncf_nor_torch_and_needs_no_cache(
    int8_index: Path, tmp_path: Path
) -> None:
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", COLD, str(int8_index)],
        cwd=ROOT,
        env=os.environ | {"HOME": str(tmp_path), "NEARPAPER_CACHE": str(tmp_path / "none")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.split() == ["2201.02177"]
    assert list(tmp_path.iterdir()) == []


def first(index: Location, question: str) -> str:
    """The id of the paper that is nearest in meaning."""
    with using_store(index) as store:
        store.recover()
        snapshot = store.snapshot()
        assert snapshot is not None
        (vector,) = store.embedder(snapshot.about.model).encode_queries([question])
        (paper,) = snapshot.papers(snapshot.nearest(vector, 1, ALL)[0])
        return paper.id


def test_papers_are_added_by_the_very_same_model(
    own_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Neither the cache nor what made the model is needed any more.
    monkeypatch.setenv("NEARPAPER_CACHE", str(tmp_path / "none"))
    monkeypatch.setattr(quantisation, "quantised", None)
    before = manifest_of(own_copy).model
    assert add(own_copy, [one_paper(tmp_path)]).added == 1
    assert manifest_of(own_copy).model == before
    assert first(own_copy, "knotted proteins") == "new"


@pytest.mark.parametrize("damage", ["flipped", "lost"])
def test_the_original_stands_in_for_a_damaged_model(
    own_copy: Path, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    model = manifest_of(own_copy).model
    weights = own_copy / "models" / model.converted_sha256 / "model.bin"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 0x40
    weights.write_bytes(content)
    if damage == "lost":
        shutil.rmtree(weights.parent)
    assert first(own_copy, "grokking") == "2201.02177"
    # An index that comes from a cluster has lost it rightly.
    assert any("rebuild --embed" in line for line in caplog.messages) == (damage == "flipped")
    assert add(own_copy, [one_paper(tmp_path)]).added == 1
    assert first(own_copy, "knotted proteins") == "new"
    assert "int8 " not in info(own_copy)["encoder"]
    # What the warning names mends it.
    rebuild(own_copy, embed=True)
    assert manifest_of(own_copy).model.precision == "int8"
    assert load_kept(own_copy, manifest_of(own_copy).model).model.precision == "int8"


def test_the_original_answers_where_8_bit_sums_overflow(
    own_copy: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(embedder_loading, "sums_8_bits", lambda: False)
    before = manifest_of(own_copy).model
    assert load_matching(own_copy, before).model.precision != "int8"
    assert first(own_copy, "grokking") == "2201.02177"
    assert add(own_copy, [one_paper(tmp_path)]).added == 1
    assert first(own_copy, "knotted proteins") == "new"
    assert manifest_of(own_copy).model == before
    assert caplog.messages == []


def test_many_papers_are_embedded_in_int8_unasked(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(embedder_selection, "ENOUGH", PAPERS)
    monkeypatch.setattr(embedder_selection, "sums_8_bits", lambda: True)
    add(tmp_path / "auto", [str(source)], precision="auto")
    assert manifest_of(tmp_path / "auto").model.precision != "int8"
    assert caplog.messages == []
    add(tmp_path / "many", [str(source)])
    assert manifest_of(tmp_path / "many").model.precision == "int8"
    (line,) = caplog.messages
    assert "--precision auto" in line


@pytest.mark.parametrize("lacking", ["papers", "instructions", "nncf"])
def test_nothing_is_calibrated_where_that_does_not_pay(
    lacking: str, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quantisation, "quantised", None)
    monkeypatch.setattr(embedder_selection, "ENOUGH", PAPERS + (lacking == "papers"))
    monkeypatch.setattr(embedder_selection, "sums_8_bits", lambda: lacking != "instructions")
    if lacking == "nncf":
        monkeypatch.setattr(embedder_selection, "find_spec", lambda _: None)
    add(tmp_path / "index", [str(source)])
    assert manifest_of(tmp_path / "index").model.precision != "int8"


def test_a_model_that_int8_would_spoil_is_not_calibrated_unasked(
    small_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(quantisation, "LEAST_COSINE", 1.1)
    monkeypatch.setattr(embedder_selection, "ENOUGH", 40)
    monkeypatch.setattr(embedder_selection, "sums_8_bits", lambda: True)
    words = tmp_path / "papers.jsonl"
    words.write_text("".join(f'{{"id": "{n}", "title": "words {n}"}}\n' for n in range(40)))
    assert add(tmp_path / "index", [str(words)], model=str(small_model)).added == 40
    assert manifest_of(tmp_path / "index").model.precision != "int8"
    assert "not calibrated" in caplog.messages[-1]


def test_a_backup_holds_the_model_that_nothing_can_derive(own_copy: Path, tmp_path: Path) -> None:
    backup(own_copy, tmp_path / "backup")
    shutil.rmtree(own_copy)
    restore(tmp_path / "backup", own_copy)
    assert first(own_copy, "grokking") == "2201.02177"


def test_a_copy_in_a_folder_holds_it(own_copy: Path, tmp_path: Path) -> None:
    copy(own_copy, tmp_path / "copy")
    assert check(tmp_path / "copy") == []
    assert load_kept(tmp_path / "copy", manifest_of(own_copy).model).model.precision == "int8"
    shutil.rmtree(own_copy)
    assert first(tmp_path / "copy", "grokking") == "2201.02177"


def test_a_copy_elsewhere_and_back_answers_by_the_original(own_copy: Path, tmp_path: Path) -> None:
    store = MemoryStore()
    copy(own_copy, store)
    assert first(store, "grokking") == "2201.02177"
    copy(store, tmp_path / "back")
    assert check(tmp_path / "back") == []
    assert manifest_of(tmp_path / "back").model == manifest_of(own_copy).model
    assert first(tmp_path / "back", "grokking") == "2201.02177"
    rebuild(store, embed=True)
    snapshot = store.snapshot()
    assert snapshot is not None
    assert snapshot.about.model.precision != "int8"


def test_an_index_has_one_precision(own_copy: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="rebuild --embed --precision auto"):
        add(own_copy, [one_paper(tmp_path)], precision="auto")


def test_the_model_of_an_int8_index_may_be_named_but_not_changed(
    own_copy: Path, small_model: Path, tmp_path: Path
) -> None:
    assert add(own_copy, [one_paper(tmp_path)], model=DEFAULT_MODEL).added == 1
    with pytest.raises(ModelError, match="the model given"):
        add(own_copy, [one_paper(tmp_path)], model=str(small_model))


def test_an_index_changes_its_precision_and_changes_it_back(source: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    add(index, [str(source)], model="hashing")
    with pytest.raises(ModelError, match="rebuild --embed --precision int8"):
        add(index, [one_paper(tmp_path)], precision="int8")
    rebuild(index, embed=True, model=DEFAULT_MODEL, precision="int8")
    assert manifest_of(index).model.precision == "int8"
    assert check(index) == []
    rebuild(index, embed=True, precision="auto")
    assert manifest_of(index).model.precision in {"bf16", "f32", INT8_DYNAMIC}
    assert list((index / "models").iterdir()) == []
    with pytest.raises(UsageError, match="--embed"):
        rebuild(index, precision="int8")


def test_the_same_papers_give_the_same_model(
    small_model: Path, abstracts: Sequence[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quantisation, "LEAST_COSINE", 0.9)
    texts = [
        document_text(Paper(id=str(n), title=f"{n}", abstract=text))
        for n, text in enumerate([*abstracts] * 4)
    ]
    hashes = []
    for name in ("one", "other"):
        monkeypatch.setenv("NEARPAPER_CACHE", str(tmp_path / name))
        hashes.append(quantised(str(small_model), texts)[1].sha256)
    assert hashes[0] == hashes[1]


def test_a_model_that_int8_would_spoil_is_refused(
    small_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quantisation, "LEAST_COSINE", 1.1)
    words = tmp_path / "papers.jsonl"
    words.write_text("".join(f'{{"id": "{n}", "title": "words {n}"}}\n' for n in range(40)))
    with pytest.raises(ModelError, match="leave out --precision int8"):
        add(tmp_path / "index", [str(words)], model=str(small_model), precision="int8")


def test_too_few_papers_and_the_wrong_model_are_refused(source: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at least 40 papers, there are 1"):
        add(tmp_path / "index", [one_paper(tmp_path)], precision="int8")
    with pytest.raises(ModelError, match="hashing"):
        add(tmp_path / "other", [str(source)], model="hashing", precision="int8")
