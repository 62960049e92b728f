"""Files of an index that somebody writes to, or puts something else in the place of."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import numpy as np
import pytest

from indexer.errors import IndexDamagedError, NearpaperError
from indexer.files import sha256_of
from indexer.local.segments.tensors import map_tensors, write_tensors
from indexer.maintenance.backup import backup
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import compact, rebuild
from indexer.pipeline import add
from search.engine import Engine
from tests.serving import serving


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index with a base and a tail."""
    index = tmp_path_factory.mktemp("whole") / "index"
    source = index.parent / "papers.jsonl"
    for count in (40, 60):
        lines = [
            {
                "id": f"p{n}",
                "title": f"Study {n}",
                "abstract": f"Of topic {n % 7}",
                "authors": ["A"],
            }
            for n in range(count)
        ]
        source.write_text("".join(json.dumps(line) + "\n" for line in lines))
        add(index, [str(source)], model="hashing")
        if count == 40:
            compact(index)
    return index


@pytest.fixture
def index(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "index")


@contextmanager
def limited(seconds: int = 30) -> Iterator[None]:
    """What hangs fails."""

    def fail(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def search(index: Path) -> None:
    with Engine.open(index) as engine:
        engine.search("study of topic 3")


def salvage(index: Path) -> None:
    backup(index, index.parent / "salvaged", salvage_damaged=True)


def largest(index: Path, part: str) -> Path:
    files = [path for path in (index / part).rglob("*") if path.is_file()]
    return max(files, key=lambda path: path.stat().st_size)


@pytest.mark.slow
def test_a_server_refuses_what_was_written_to_in_place_and_goes_on(index: Path) -> None:
    with (
        serving(index) as (address, process),
        httpx2.Client(base_url=address, timeout=60) as client,
    ):
        while client.get("/readyz").status_code == 503:
            pass
        for part in ("vectors", "columns", "lexicon"):
            for is_cut in (True, False):
                path = largest(index, part)
                if is_cut:
                    os.truncate(path, 0)
                else:
                    path.write_bytes(bytes(path.stat().st_size))
                for asked in ("/api/v1/search?q=study", "/readyz"):
                    answer = client.get(asked)
                    assert answer.status_code == 503
                    assert answer.json()["type"] == "urn:nearpaper:problem:index-damaged"
                assert client.get("/healthz").status_code == 200
                rebuild(index)
                assert client.get("/api/v1/search?q=study").json()["total"] == 60
        assert process.poll() is None


def test_what_was_only_touched_is_read_on(index: Path) -> None:
    with Engine.open(index) as engine:
        before = [result.paper.id for result in engine.search("study")]
        for path in index.rglob("*"):
            os.utime(path)
        assert [result.paper.id for result in engine.search("study")] == before
        assert not engine.problem


INSIDE = (
    *("manifest.json", "catalog.sqlite", "catalog.sqlite-wal", "writer.lock", "manifest.json.new"),
    *(
        "vectors",
        "columns",
        "lexicon",
        "lexicon/*",
        "vectors/*",
        "columns/*",
        "lexicon/*/meta.json",
    ),
    *("rejects.jsonl", "models", "lexicon/*/.tantivy-meta.lock"),
)


def pipe(path: Path, outside: Path) -> None:
    os.mkfifo(path)


def link(path: Path, outside: Path) -> None:
    path.symlink_to(outside)


def link_to_folder(path: Path, outside: Path) -> None:
    path.symlink_to(outside.parent)


@pytest.mark.parametrize("make", [pipe, link, link_to_folder])
@pytest.mark.parametrize("name", INSIDE)
def test_pipes_and_links_are_one_line_and_never_followed(
    index: Path, tmp_path: Path, name: str, make: Callable[[Path, Path], None]
) -> None:
    outside = tmp_path / "outside" / "file"
    outside.parent.mkdir()
    outside.write_text("precious")
    path = next(iter(sorted(index.glob(name))), index / name)
    if path.exists():
        path.rename(outside.with_name("moved"))
    make(path, outside)
    kept = {
        each: each.read_bytes() if each.is_file() else b"" for each in outside.parent.rglob("*")
    }
    for use in (search, compact, rebuild, salvage, lambda index: backup(index, tmp_path / "copy")):
        with limited(), pytest.raises(NearpaperError) as raised:
            use(index)
        assert "never followed" in str(raised.value)
        assert "\n" not in str(raised.value)
    with limited():
        assert "never followed" in check(index)[0].problem
    found = outside.parent.rglob("*")
    assert {each: each.read_bytes() if each.is_file() else b"" for each in found} == kept


def test_the_folder_itself_may_be_a_link(index: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(index)
    search(tmp_path / "link")
    compact(tmp_path / "link")
    assert check(tmp_path / "link") == []


def test_a_copy_is_not_made_through_a_link(index: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("precious")
    (tmp_path / "copy.partial").symlink_to(tmp_path / "precious")
    with pytest.raises(NearpaperError, match="never followed"):
        backup(index, tmp_path / "copy")
    assert (tmp_path / "precious" / "file").read_text() == "precious"


def forge(index: Path, path: Path) -> None:
    """Name a file's hash in the manifest, as whoever forges both would."""
    manifest = json.loads((index / "manifest.json").read_text())
    written = manifest["files"][str(path.relative_to(index))]
    written["bytes"], written["sha256"] = path.stat().st_size, sha256_of(path)
    written["mtime_ns"] = path.stat().st_mtime_ns
    (index / "manifest.json").write_text(json.dumps(manifest))


def faiss_file(kind: str, count: int, path: Path) -> None:
    import faiss

    random = np.random.default_rng(1).random((300, 256), np.float32)
    made = faiss.index_factory(
        256, kind.removesuffix("L2"), faiss.METRIC_L2 if kind.endswith("L2") else 0
    )
    made.train(random)
    made.add(random[:count])
    faiss.write_index(made, str(path))


@pytest.mark.parametrize("kind", ["Flat", "SQ8", "SQfp16L2", "HNSW8", "PQ8x4", "PCA256,SQfp16"])
@pytest.mark.parametrize("segment", ["base", "tail"])
def test_vectors_of_another_kind_with_a_right_hash_are_refused(
    index: Path, kind: str, segment: str
) -> None:
    (path,) = (index / "vectors").glob(f"{segment}-*")
    faiss_file(kind, {"base": 40, "tail": 20}[segment], path)
    forge(index, path)
    with limited(), pytest.raises(IndexDamagedError, match="rebuild"):
        search(index)
    rebuild(index)
    assert check(index) == []


FORGED: dict[str, Callable[[dict[str, np.ndarray]], object]] = {
    "rows": lambda arrays: arrays["rows"][::-1].copy(),
    "rows ": lambda arrays: np.zeros_like(arrays["rows"]),
    "dead": lambda arrays: np.array([10**12]),
    "dead ": lambda arrays: np.array([-3]),
    "dates": lambda arrays: arrays["dates"][1:],
    "author.codes": lambda arrays: arrays["author.codes"] + np.uint32(9),
    "author.code_ends": lambda arrays: arrays["author.code_ends"][::-1].copy(),
    "author.text_ends": lambda arrays: arrays["author.text_ends"] * 1000,
    "author.positions": lambda arrays: arrays["author.positions"] + np.uint32(2**31),
    "author.word_values": lambda arrays: arrays["author.word_values"] + np.uint32(77),
    "nearness": lambda arrays: np.array([np.nan], np.float32),
    "titles": lambda arrays: arrays["titles"].astype(np.float32),
}


@pytest.mark.parametrize("name", FORGED)
@pytest.mark.parametrize("segment", ["base", "tail"])
def test_forged_columns_with_a_right_hash_are_refused(index: Path, name: str, segment: str) -> None:
    (path,) = (index / "columns").glob(f"{segment}-*")
    arrays = {each: array.copy() for each, array in map_tensors(path).items()}
    arrays[name.strip()] = FORGED[name](arrays)  # type: ignore[assignment]
    write_tensors(path, arrays)
    forge(index, path)
    with limited(), pytest.raises(IndexDamagedError, match="rebuild"):
        search(index)
    rebuild(index)
    assert check(index) == []
