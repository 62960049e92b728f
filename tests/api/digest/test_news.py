"""``nearpaper digest`` writes what is new, once."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from indexer.errors import ModelError
from indexer.files import acquire_lock
from indexer.maintenance.backup import backup
from indexer.maintenance.copy import copy
from indexer.maintenance.upkeep import remove
from indexer.pipeline import add
from tests.api.digest.conftest import SEARCHES, Call, Place, others, paper
from tests.cluster.stores import new_store


def titles(text: str) -> list[int]:
    """The parts that a text tells of."""
    return [
        int(line.split(",")[0]) for line in text.split(", part ")[1:] for line in [line.split()[0]]
    ]


def test_what_is_new_is_written_once(place: Place, digest: Call) -> None:
    place.put(paper(1), paper(2))
    code, out, err = digest()
    assert code == 0
    assert "2 new papers" in out.splitlines()[0]
    assert sorted(titles(out)) == [1, 2]
    assert "the last 7 days" in err
    code, out, err = digest()
    assert (code, out) == (0, "")
    assert err == "nearpaper: nothing new\n"
    assert digest("--exit-code")[0] == 4


def test_only_papers_that_came_since_are_told_and_no_updated_ones(
    place: Place, digest: Call
) -> None:
    place.put(paper(1))
    digest()
    place.put(paper(2), paper(1, abstract="We fold proteins in another way.", upvotes=7))
    assert titles(digest()[1]) == [2]
    place.put(paper(3, title="Something else", abstract="entirely"))
    assert digest()[1] == ""


def test_a_paper_that_is_taken_out_and_comes_back_is_not_told_twice(
    place: Place, digest: Call
) -> None:
    place.put(paper(1))
    digest()
    remove(place.index, ["2601.00001"])
    place.put(paper(1), paper(2))
    assert titles(digest()[1]) == [2]


def test_a_preview_moves_nothing(place: Place, digest: Call) -> None:
    place.put(paper(1))
    first = digest("--preview")
    assert first[1] == digest("--preview")[1]
    assert not place.state.exists()
    assert digest()[1] == first[1]
    assert digest("--preview")[1] == ""


def test_html_and_text_say_the_same(place: Place, digest: Call) -> None:
    place.put(paper(1, upvotes=5))
    html, text = digest("--html", "--preview")[1], digest("--preview")[1]
    assert html.startswith("<!doctype html>")
    for said in ("How proteins fold, part 1", "5 upvotes", "https://arxiv.org/abs/2601.00001"):
        assert said in html
        assert said in text


def test_a_digest_nobody_reads_comes_again(place: Place, digest: Call) -> None:
    place.put(*map(paper, (1, 2, 3)))
    command = [sys.executable, "-m", "api.cli", "digest"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert "disk is full" in done.stderr
    assert len(titles(digest()[1])) == 3


def test_of_an_index_that_is_another_only_what_comes_next_is_told(
    place: Place, digest: Call
) -> None:
    place.put(paper(1))
    digest()
    place.index.rename(place.folder / "gone")
    place.put(*map(others, range(200)), paper(1), paper(2))
    code, out, err = digest("--exit-code")
    assert (code, out) == (4, "")
    assert "a different index than last time" in err
    place.put(paper(3))
    assert titles(digest()[1]) == [3]


def test_of_an_index_that_was_restored_what_comes_anew_is_told_once(
    place: Place, digest: Call
) -> None:
    place.put(paper(1))
    backup(place.index, place.folder / "saved")
    place.put(paper(2))
    digest()
    place.index.rename(place.folder / "gone")
    (place.folder / "saved").rename(place.index)
    time.sleep(1)  # changes are known by the second in which they were made
    place.put(paper(2), paper(3))
    place.put(paper(4))
    code, out, err = digest()
    assert sorted(titles(out)) == [3, 4]
    assert code == 0
    assert "the index was restored" in err
    assert digest()[1:] == ("", "nearpaper: nothing new\n")


@pytest.mark.parametrize("kind", ["folder", pytest.param("cluster", marks=pytest.mark.cluster)])
def test_of_an_index_that_moved_nothing_is_told_twice(
    kind: str, place: Place, digest: Call, request: pytest.FixtureRequest
) -> None:
    place.put(paper(1))
    place.put(paper(2), paper(1, upvotes=7))
    digest()
    forget_what_was_sent(place)  # what the reader knows is then told by the index alone
    place.put(paper(3))
    with ExitStack() as stack:
        moved: Path | str = place.folder / "moved"
        if kind == "cluster":
            moved = stack.enter_context(new_store(request.getfixturevalue("hosts"))).location
        copy(place.index, moved)
        there = ("--index", str(moved), "--searches", str(place.searches))
        code, out, err = digest(*there)
        assert (code, titles(out), err) == (0, [3], "")
        assert digest(*there)[1:] == ("", "nearpaper: nothing new\n")
        place.put(paper(2), paper(4))  # in the file that is now added to the copy
        add(moved, [str(place.folder / "papers.jsonl")])
        assert titles(digest(*there)[1]) == [4]


def forget_what_was_sent(place: Place) -> None:
    kept = json.loads(place.state.read_text())
    assert kept["readers"]["written"].pop("sent")
    kept["readers"]["written"]["sent"] = []
    place.state.write_text(json.dumps(kept))


def test_two_at_once_are_told(place: Place, digest: Call) -> None:
    with acquire_lock(place.folder / "searches.lock"):
        code, _, err = digest()
        assert code == 1
        assert "another digest of these searches is running" in err
        assert err.count("\n") == 1
        assert digest("--preview")[0] == 0


def test_progress_that_cant_be_read_is_one_line(place: Place, digest: Call) -> None:
    place.put(paper(1))
    for content in ("", "[]", '{"version": 2}', '{"version": 1, "readers": {"written": {}}}'):
        place.state.write_text(content)
        code, out, err = digest()
        assert (code, out) == (1, "")
        assert "searches.state.json: damaged" in err
    place.state.unlink()
    digest()
    kept = json.loads(place.state.read_text())
    kept["readers"]["written"]["change"] = "2"
    place.state.write_text(json.dumps(kept))
    assert digest()[0] == 1


def test_progress_that_cant_be_kept_is_one_line(place: Place, digest: Call) -> None:
    place.put(paper(1))
    place.state.with_name("searches.state.json.new").mkdir()
    code, out, err = digest()
    assert (code, out) == (1, "")
    assert err.count("\n") == 2  # one says that this is the first digest


def test_files_are_found_where_the_help_says(
    place: Place, digest: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.put(paper(1))
    elsewhere = place.folder / "config" / "nearpaper" / "searches.toml"
    elsewhere.parent.mkdir(parents=True)
    place.searches.rename(elsewhere)
    assert digest("--searches", str(elsewhere), "--preview")[0] == 0
    monkeypatch.setenv("XDG_CONFIG_HOME", str(place.folder / "config"))
    assert titles(digest("--preview")[1]) == [1]
    elsewhere.unlink()
    code, _, err = digest()
    assert code == 2
    assert str(place.searches) in err
    assert str(elsewhere) in err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--mail"], 2, "has no [mail] table"),
        (["--mail", "--html"], 2, "both text and HTML"),
        (["--searches", "/nowhere/at.toml"], 2, "/nowhere/at.toml: no saved searches there"),
        (["--index", "/nowhere/at/all", "--searches", "S"], 3, "no index there"),
    ],
)
def test_what_cant_be_done_is_one_line(
    place: Place, digest: Call, arguments: list[str], code: int, says: str
) -> None:
    named = [str(place.searches) if word == "S" else word for word in arguments]
    got, out, err = digest(*named)
    assert (got, out) == (code, "")
    assert says in err
    assert err.count("\n") == 1


def test_an_empty_index_is_said(place: Place, digest: Call, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "writer.lock").touch()
    code, _, err = digest("--index", str(empty), "--searches", str(place.searches))
    assert code == 3
    assert "still empty" in err


def test_papers_that_left_the_index_are_passed_over(place: Place, digest: Call) -> None:
    place.put(paper(1), paper(2))
    digest()
    remove(place.index, ["2601.00002"])
    place.put(paper(3))
    place.write(
        '[[search]]\nname = "Gone"\nlike = ["2601.00001", "2601.00002"]\nunlike = "2412.99999"\n'
        '[[search]]\nname = "Lost"\nlike = "2499.99999"\n'
    )
    code, out, err = digest()
    assert code == 0
    assert titles(out) == [3]
    assert err.splitlines() == [
        "nearpaper: search 'Gone': 2601.00002 is not in the index; passed over",
        "nearpaper: search 'Gone': 2412.99999 is not in the index; passed over",
        "nearpaper: search 'Lost': 2499.99999 not in the index; the whole search is passed over",
    ]


def test_searches_that_are_all_lost_fail_and_move_nothing(place: Place, digest: Call) -> None:
    place.put(paper(1))
    place.write('[[search]]\nname = "Lost"\nlike = "2499.99999"\n')
    code, out, err = digest()
    assert (code, out) == (3, "")
    assert "search 'Lost': 2499.99999: not in the index" in err
    assert err.count("passed over") == 0
    place.write(SEARCHES)
    assert titles(digest()[1]) == [1]


def test_a_search_that_fails_moves_nothing(
    place: Place, digest: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ModelError("no model here")

    place.put(paper(1))
    with monkeypatch.context() as patched:
        patched.setattr("indexer.local.store.load_matching", broken)
        code, out, err = digest()
    assert (code, out) == (1, "")
    assert "search 'Proteins': " in err
    assert titles(digest()[1]) == [1]


def test_a_digest_starts_without_torch_and_the_web_service(place: Place) -> None:
    code = (
        "import sys\nfrom api.cli import run\ncode = run(['digest', '--preview'])\n"
        "print(*{name.partition('.')[0] for name in sys.modules})\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = set(done.stdout.split())
    assert "smtplib" not in names
    assert not {"torch", "fastapi", "uvicorn", "sentence_transformers"} & names
