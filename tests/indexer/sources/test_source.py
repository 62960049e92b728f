from __future__ import annotations

import gzip
import io
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import zstandard

from indexer.errors import SourceError, UsageError
from indexer.papers.paper import Paper
from indexer.sources import Reject, Source, open_source

SHARED = Path(__file__).resolve().parents[3] / "../shared"
LINES = b"".join(
    json.dumps({"id": str(n), "title": f"Title {n}", "abstract": f"{n * n:x}" * 40}).encode()
    + b"\n"
    for n in range(5_000)
)


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


PACKERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "zstd": zstd}
packers = pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)


def write(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return str(path)


def split(source: Source) -> tuple[list[Paper], list[Reject]]:
    items = list(source)
    papers = [item for item in items if isinstance(item, Paper)]
    return papers, [item for item in items if isinstance(item, Reject)]


@packers
def test_compression_is_told_by_content(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    data = pack(LINES[: len(LINES) // 2]) + pack(LINES[len(LINES) // 2 :])
    source = open_source(write(tmp_path / "misnamed.csv", data))
    papers, rejects = split(source)
    assert [paper.id for paper in papers] == [str(n) for n in range(5_000)]
    assert not rejects
    assert source.size == source.position == len(data)
    assert (source.format, source.name) == ("jsonl", "misnamed")


@packers
def test_a_stream_that_breaks_off_gives_what_came_before(
    pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    data = pack(LINES)
    papers, rejects = split(open_source(write(tmp_path / "cut", data[:-200])))
    assert 1_000 < len(papers) < 5_000
    assert len(rejects) == 1
    assert "data break off; the rest was not read" in rejects[0].reason
    assert rejects[0].line == len(papers) + 1


@packers
def test_a_damaged_stream_gives_what_came_before(
    pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    data = bytearray(pack(LINES[: len(LINES) // 2]) + pack(LINES[len(LINES) // 2 :]))
    data[-len(data) // 4 : -len(data) // 4 + 50] = b"\xff" * 50
    papers, rejects = split(open_source(write(tmp_path / "damaged", bytes(data))))
    assert len(papers) >= 2_000
    assert rejects


@packers
def test_a_stream_broken_at_its_start_is_refused(
    pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=r"the (gzip|zstd) data"):
        open_source(write(tmp_path / "cut", pack(LINES)[:12]))


@packers
def test_a_bomb_is_read_in_constant_memory(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    bomb = pack(b'{"title": "A"}\n{"title": "' + b"x" * 100_000_000 + b'"}\n{"title": "B"}\n')
    path = write(tmp_path / "bomb", bomb)
    tracemalloc.start()
    papers, rejects = split(open_source(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [paper.title for paper in papers] == ["A", "B"]
    assert [reject.reason for reject in rejects] == ["the line is longer than 10,000,000 bytes"]
    assert peak < 60_000_000


def test_standard_input_is_read_and_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.BytesIO(gzip.compress(LINES))
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=stdin))
    with open_source("-") as source:
        papers, _ = split(source)
    assert len(papers) == 5_000
    assert (source.name, source.size) == ("stdin", None)
    assert papers[0].sources == ("stdin",)
    assert not stdin.closed


def test_a_slow_pipe_is_recognised_too(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dripping(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 1, 1))

    stdin = Dripping(gzip.compress(LINES[:1_000]))
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=stdin))
    assert len(split(open_source("-"))[0]) > 2


@pytest.mark.parametrize(
    ("name", "stem"),
    [("a.b.jsonl.gz", "a.b"), ("papers.csv", "papers"), ("2024.12", "2024.12"), (".json", ".json")],
)
def test_sources_are_named_after_their_files(name: str, stem: str, tmp_path: Path) -> None:
    with open_source(write(tmp_path / name, LINES)) as source:
        assert source.name == stem


def test_inputs_that_cannot_be_read_at_all_are_refused(tmp_path: Path) -> None:
    cases = {
        str(tmp_path / "missing"): "there is no such file",
        str(tmp_path): "this is a folder",
        write(tmp_path / "empty", b""): "the file is empty",
        write(tmp_path / "blank", b" \n\n"): "the file is empty",
        write(tmp_path / "empty.gz", gzip.compress(b"")): "the file is empty",
        write(tmp_path / "words", b"some words\n"): "no papers recognised in it; .*--format",
        "a\0b": "the path holds a character",
        "x" * 5_000: "can't be opened",
    }
    for path, reason in cases.items():
        with pytest.raises(SourceError, match=reason) as caught:
            open_source(path)
        assert "\n" not in str(caught.value)


def test_an_unknown_format_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown format 'xlsx'; choose one of jsonl, "):
        open_source(write(tmp_path / "x", LINES), "xlsx")


def test_a_table_that_is_none_is_refused_with_its_path(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", b"id,name\n1,A\n")
    with pytest.raises(SourceError, match=r"x\.csv: its first line names no column"):
        list(open_source(path, "csv"))


def test_a_named_format_wins_over_the_guess(tmp_path: Path) -> None:
    path = write(tmp_path / "x", b"title,abstract\nA,B\n")
    assert [type(item) for item in open_source(path)] == [Paper]
    assert [type(item) for item in open_source(path, "jsonl")] == [Reject, Reject]


def shared(name: str) -> str:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not beside the checkout")
    return str(path)


@pytest.mark.shared
def test_the_api_answer_of_hugging_face() -> None:
    source = open_source(shared("samples/huggingface-daily_papers-2024-12-17.json"))
    papers, rejects = split(source)
    assert (source.format, source.name) == ("huggingface", "huggingface-daily")
    assert (len(papers), rejects) == (23, [])
    first = papers[0]
    assert first.id == "2412.09645"
    assert first.title == (
        "Evaluation Agent: Efficient and Promptable Evaluation Framework for "
        "Visual Generative Models"
    )
    assert first.authors == ("Fan Zhang", "Shulin Tian", "Ziqi Huang", "Yu Qiao", "Ziwei Liu")
    assert (first.date, first.submitted) == ("2024-12-10", "2024-12-17")
    assert (first.upvotes, first.comments) == (23, 1)


@pytest.mark.shared
def test_the_saved_results_page() -> None:
    source = open_source(shared("seed/huggingface-daily-papers.txt"))
    papers, rejects = split(source)
    assert (source.format, len(papers), rejects) == ("huggingface-page", 25, [])
    assert len({paper.id for paper in papers}) == 25
    assert all(paper.abstract and paper.author_count for paper in papers)
    assert papers[0].title == ("Learning Hierarchical Polynomials with Three-Layer Neural Networks")
    assert (papers[0].author_count, papers[0].date) == (3, "2023-11-22")
    undated = [paper for paper in papers if not paper.date]
    assert [(paper.title[:28], paper.comments) for paper in undated] == [
        ("Kolmogorov-Arnold Attention:", 3)
    ]


@pytest.mark.shared
def test_real_papers_are_all_taken() -> None:
    source = open_source(shared("papers/huggingface-daily.jsonl.gz"))
    papers, rejects = split(source)
    assert (len(papers), rejects) == (9_877, [])
    assert all(paper.date and paper.upvotes is not None for paper in papers)


@pytest.mark.shared
def test_a_record_of_arxivs_snapshot() -> None:
    (paper,), _ = split(open_source(shared("samples/arxiv-snapshot.jsonl")))
    assert (paper.id, paper.authors, paper.comments) == ("2101.11408", ("Daniel Lemire",), None)
    assert paper.categories == ("cs.DS", "cs.MS")
