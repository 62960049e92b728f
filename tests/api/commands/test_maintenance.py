"""The commands that write an index or look after it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from indexer.local.lock import WriterLock

Nearpaper = Callable[..., tuple[int, str, str]]


def test_index_counts_and_a_second_run_changes_nothing(
    nearpaper: Nearpaper, source: Path, tmp_path: Path
) -> None:
    line = ["index", str(source), "--index", str(tmp_path / "index"), "--model", "hashing"]
    first = nearpaper(*line)
    second = nearpaper(*line)
    assert (first[0], first[1]) == (0, "")
    assert "32 added, 0 updated, 0 unchanged, 0 rejected" in first[2]
    assert "0 added, 0 updated, 32 unchanged" in second[2]


def test_index_names_the_rejects_file(nearpaper: Nearpaper, tmp_path: Path) -> None:
    source, rejects = tmp_path / "mixed.jsonl", tmp_path / "bad.jsonl"
    source.write_text('{"id": "2401.00001", "title": "Good"}\n{"id": \n', encoding="utf-8")
    code, _, err = nearpaper(
        *("index", str(source), "--index", str(tmp_path / "index")),
        *("--model", "hashing", "--rejects", str(rejects)),
    )
    assert code == 0
    assert "1 added" in err
    assert "1 rejected" in err
    assert str(rejects) in err
    assert rejects.read_text(encoding="utf-8").count("\n") == 1


def test_upkeep(nearpaper: Nearpaper, source: Path, tmp_path: Path) -> None:
    here = ("--index", str(tmp_path / "index"))
    nearpaper("index", str(source), *here, "--model", "hashing")
    code, _, err = nearpaper("remove", "2402.00001", "2499.99999", *here)
    assert code == 3
    assert "1 removed: 2402.00001" in err
    assert "2499.99999" in err
    assert nearpaper("show", "2402.00001", *here)[0] == 3
    steps = (["compact"], ["rebuild"], ["rebuild", "--embed"])
    for step in steps:
        assert nearpaper(*step, *here)[0] == 0
        assert nearpaper("check", *here)[0] == 0
    code, out, _ = nearpaper("info", *here)
    assert code == 0
    assert json.loads(out)["papers"] == 31


def test_check_lists_what_is_wrong(nearpaper: Nearpaper, source: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    nearpaper("index", str(source), "--index", str(index), "--model", "hashing")
    derived = [path for path in index.rglob("*") if path.is_file() and path.parent != index]
    for path in derived:
        path.unlink()
    code, out, err = nearpaper("check", "--index", str(index))
    findings = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert findings
    assert "rebuild" in findings[0]["remedy"]
    assert "problem" in err


def test_an_empty_file_is_said_to_be_empty(nearpaper: Nearpaper, tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    code, _, err = nearpaper("index", str(empty), "--index", str(tmp_path / "index"))
    assert code == 1
    assert err.count("\n") == 1
    assert "empty" in err


def test_a_second_writer_is_turned_away(nearpaper: Nearpaper, source: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    line = ["index", str(source), "--index", str(index), "--model", "hashing"]
    nearpaper(*line)
    with WriterLock(index):
        code, _, err = nearpaper(*line)
    assert code == 1
    assert err.count("\n") == 1
    assert "writ" in err


def test_the_old_name_of_keep_duplicates_works_unlisted(
    nearpaper: Nearpaper, tmp_path: Path
) -> None:
    source = tmp_path / "twice.jsonl"
    known = {"title": "Folding papers that are the same", "authors": ["Ana Müller", "Bo Chen"]}
    twice = [
        {"id": "2305.00001", "date": "2023-05-17", **known},
        {"id": "10.1000/journal.7", "date": "2024", **known},
    ]
    source.write_text("".join(json.dumps(one) + "\n" for one in twice), encoding="utf-8")
    for option, papers in (("--keep-doubles", 2), ("--keep-duplicates", 2), (None, 1)):
        here = ("--index", str(tmp_path / f"index{option}"))
        line = ("index", str(source), "--model", "hashing", *here)
        assert nearpaper(*line, *([option] if option else []))[0] == 0
        assert json.loads(nearpaper("info", "--json", *here)[1])["papers"] == papers
    assert "--keep-doubles" not in nearpaper("index", "--help")[1]


def test_what_to_remove_is_named_in_one_way(nearpaper: Nearpaper) -> None:
    for given in ([], ["2402.00001", "--source", "papers"]):
        code, out, err = nearpaper("remove", *given)
        assert (code, out) == (2, "")
        assert "give either ids of papers to remove, or --source" in err
