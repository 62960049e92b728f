"""What `nearpaper index` says of the files it reads: nothing vanishes in silence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Nearpaper = Callable[..., tuple[int, str, str]]
Index = Callable[..., tuple[int, str, str]]

IEEE = "Document Title,Authors,Publication Title,Publication Year,Abstract,DOI,Volume\n"


@pytest.fixture
def index(nearpaper: Nearpaper, tmp_path: Path) -> Index:
    """Writes text to a file and indexes it."""

    def call(text: str, *options: str, name: str = "a.csv") -> tuple[int, str, str]:
        (tmp_path / name).write_text(text, encoding="utf-8")
        here = ("--index", str(tmp_path / "index"), "--model", "hashing")
        return nearpaper("index", str(tmp_path / name), *here, *options)

    return call


def test_the_summary_says_what_columns_were_taken_for(index: Index) -> None:
    code, out, err = index(IEEE + "Tea,A. Tester,Journal,2019,We pour.,10.5555/1,7\n")
    assert (code, out) == (0, "")
    assert "title from “Document Title”" in err
    assert "venue from “Publication Title”" in err
    assert "not used: “Volume”" in err
    assert "warning" not in err


def test_nothing_is_said_of_records_that_are_whole(index: Index) -> None:
    text = json.dumps({"title": "Tea", "abstract": "We pour."})
    _, _, err = index(text, name="a.jsonl")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("title,year\nTea,2019\nMilk,2020\n", "2 of 2 papers without an abstract"),
        ("abstract,doi\nWe pour.,10.5555/1\n", "1 of 1 paper without a title"),
        ("title,abstract\nTea,[No abstract available]\nMilk,n/a\nPot,We pour.\n", "2 of 3 papers"),
    ],
)
def test_what_most_papers_lack_is_a_warning_with_one_of_them(
    index: Index, text: str, what: str
) -> None:
    code, _, err = index(text)
    (warning,) = (line for line in err.splitlines() if "warning" in line)
    assert what in warning
    assert "one of them: id " in warning
    assert code == 0


def test_what_few_papers_lack_is_none(index: Index) -> None:
    assert "warning" not in index("title,abstract\nTea,We pour.\nMilk,\n")[2]


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ("title,abstract\nx\ny\n", "a.csv", "2 records rejected, the first because: 1 columns"),
        ('{"title": ""}\n{"a": 1}\n', "a.jsonl", "neither title nor abstract"),
        ("TY  - JOUR\nAU  - Tester, A.\nER  - \n", "a.ris", "neither title nor abstract"),
        ("title,abstract\n", "a.csv", "no paper in it, though it was read as csv"),
        ("[]", "a.json", "no paper in it, though it was read as json"),
        ('{"results": []}', "a.json", "no paper in it"),
        ("some words\n", "a.txt", "no papers recognised in it; say what it is with --format"),
        ("%PDF-1.7\n\x00\x01", "a.pdf", "no papers recognised in it"),
    ],
)
def test_a_file_without_papers_fails(index: Index, text: str, name: str, why: str) -> None:
    code, _, err = index(text, name=name)
    assert code == 1
    assert why in err


def test_one_good_paper_is_no_failure(index: Index) -> None:
    code, _, err = index("title,abstract\nTea,We pour.\nx\n")
    assert code == 0
    assert "1 added, 0 updated, 0 unchanged, 1 rejected" in err


def test_known_papers_are_no_failure(index: Index) -> None:
    text = "title,abstract\nTea,We pour.\n"
    index(text)
    code, _, err = index(text)
    assert code == 0
    assert "1 unchanged" in err


def test_a_dry_run_shows_and_writes_nothing(index: Index, tmp_path: Path) -> None:
    rows = "".join(f"Tea {n},A. Tester,Journal,2019,We pour.,10.5555/{n},7\n" for n in range(9))
    code, out, err = index(IEEE + rows + "x\ny\n", "--dry-run")
    assert code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    papers = [json.loads(line) for line in out.splitlines()]
    assert [paper["title"] for paper in papers] == ["Tea 0", "Tea 1", "Tea 2"]
    assert (papers[0]["venue"], papers[0]["doi"]) == ("Journal", "10.5555/0")
    assert "read as csv, 9 papers, 2 rejected; nothing was written" in err
    assert "rejected, line 11: 1 columns where the header has 7: x" in err
    assert "title from “Document Title”" in err


def test_a_dry_run_leaves_an_index_as_it_is(
    index: Index, nearpaper: Nearpaper, tmp_path: Path
) -> None:
    index("title,abstract\nTea,We pour.\n")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    source = tmp_path / "b.csv"
    source.write_text("title,abstract\nMilk,We drink.\n")
    code, _, _ = nearpaper("index", str(source), "--dry-run", "--index", str(tmp_path / "index"))
    assert code == 0
    after = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert after == {**before, source: source.stat().st_mtime_ns}


def test_a_dry_run_fails_as_the_run_would(index: Index) -> None:
    assert index("title\n\n", "--dry-run")[0] == 1
    assert index("some words\n", "--dry-run")[0] == 1
    assert index('{"title": ""}', "--dry-run", name="a.jsonl")[0] == 1


def test_hostile_headings_start_no_line(index: Index) -> None:
    heading = "x\u2028\x1b[31m" + "y" * 5_000
    _, _, err = index(f"title,abstract,{heading}\nTea,We pour.,1\n")
    assert "\x1b" not in err
    assert "\u2028" not in err
    assert max(map(len, err.splitlines())) < 1_000
