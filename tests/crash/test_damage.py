"""Every file of an index damaged in every way: found, told, mended where it can be, never believed.

A search of a damaged index refuses with one line, or gives the same answer as before: no third.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.errors import IndexDamagedError, IndexFormatError, NearpaperError
from indexer.maintenance.backup import backup
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import compact, rebuild
from indexer.pipeline import add
from search.engine import Engine

MODES = ("hybrid", "dense", "lexical")
PARTS = (
    *("vectors/base", "vectors/tail", "columns/base", "columns/tail"),
    *("lexicon/meta.json", "lexicon/.managed.json", "lexicon/largest", "manifest.json"),
)
PAGE = 4096  # bytes, of the catalog
Damage = Callable[[Path, Path], None]


def papers(topic: str, n: int) -> list[dict[str, object]]:
    return [
        {
            "id": f"p{number}",
            "title": f"{topic} study {number}",
            "abstract": f"We look at {topic} {number} times {number * 7 % 31}.",
            "categories": ["cs.CL"],
            "date": f"20{number % 20 + 10}",
        }
        for number in range(n)
    ]


def made(folder: Path, topic: str) -> Path:
    """An index with a base and a tail."""
    source = folder.parent / f"{folder.name}.jsonl"
    for count in (40, 60):
        source.write_text("".join(json.dumps(paper) + "\n" for paper in papers(topic, count)))
        add(folder, [str(source)], model="hashing")
        if count == 40:
            compact(folder)
    return folder


def refusal(use: Callable[[Path], object], index: Path) -> str:
    """The one line in which a use of an index is refused, "" if it isn't."""
    try:
        use(index)
    except NearpaperError as error:
        line = str(error)
        assert "\n" not in line
        return line
    return ""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("whole") / "index", "parsing")


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another index, whose files have the same names."""
    return made(tmp_path_factory.mktemp("other") / "index", "galaxies")


@pytest.fixture
def index(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "index")


def answers(index: Path) -> list[Any]:
    with Engine.open(index) as engine:
        found = [engine.search("parsing study", mode=mode, limit=99) for mode in MODES]  # type: ignore[arg-type]
    return [
        [(r.paper.id, r.paper.title, round(r.score, 5)) for r in answer.results] for answer in found
    ]


def file_of(index: Path, part: str) -> Path:
    """The file that a part's name stands for."""
    kind, _, name = part.partition("/")
    if not name:
        return index / part
    found = sorted((index / kind).rglob("*"), key=lambda path: path.is_file() * path.stat().st_size)
    if name == "largest":
        return found[-1]
    return next(path for path in found if path.is_file() and path.name.startswith(name))


def flip(path: Path, other: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x04
    path.write_bytes(content)


def truncate(path: Path, other: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path, other: Path) -> None:
    os.truncate(path, 0)


def lose(path: Path, other: Path) -> None:
    path.unlink()


def exchange(path: Path, other: Path) -> None:
    shutil.copy(other, path)


CASES = [
    pytest.param(part, damage, marks=() if damage in (flip, lose) else pytest.mark.crash)
    for part in PARTS
    for damage in (flip, lose, truncate, empty, exchange)
    if (part, damage) != ("manifest.json", lose)
]


@pytest.mark.parametrize(("part", "damage"), CASES)
def test_derived_files(whole: Path, other: Path, index: Path, part: str, damage: Damage) -> None:
    damage(file_of(index, part), file_of(other, part))
    assert "nearpaper rebuild" in refusal(answers, index)
    findings = check(index)
    assert findings
    assert all("nearpaper rebuild" in finding.remedy for finding in findings)
    rebuild(index)
    assert check(index) == []
    assert answers(index) == answers(whole)


def test_a_lost_manifest_is_made_anew_on_opening(whole: Path, index: Path) -> None:
    (index / "manifest.json").unlink()
    assert answers(index) == answers(whole)
    assert check(index) == []


@pytest.mark.parametrize("damage", [truncate, empty, exchange, lose])
def test_the_catalog(other: Path, index: Path, damage: Damage) -> None:
    damage(index / "catalog.sqlite", other / "catalog.sqlite")
    for use in (answers, compact):
        assert "catalog.sqlite" in refusal(use, index)
    findings = check(index)
    assert {finding.part for finding in findings} == {"catalog.sqlite"}
    assert all(finding.remedy for finding in findings)
    if damage is not exchange:
        assert "catalog.sqlite" in refusal(rebuild, index)
        assert list((index / "vectors").iterdir())


def test_an_older_catalog_of_the_same_index(index: Path) -> None:
    older = index.parent / "older.sqlite"
    shutil.copy(index / "catalog.sqlite", older)
    more = index.parent / "more.jsonl"
    more.write_text('{"title": "one more"}\n')
    add(index, [str(more)])
    shutil.copy(older, index / "catalog.sqlite")
    for use in (answers, compact):
        with pytest.raises(IndexDamagedError, match="older than the other files"):
            use(index)
    assert [finding.part for finding in check(index)] == ["catalog.sqlite"]
    rebuild(index)
    assert check(index) == []
    assert len(answers(index)[1]) == 60


def test_a_catalog_of_another_index_can_be_taken_on_purpose(index: Path, other: Path) -> None:
    shutil.copy(other / "catalog.sqlite", index / "catalog.sqlite")
    with pytest.raises(IndexDamagedError, match="isn't the one"):
        compact(index)
    rebuild(index)
    assert check(index) == []
    assert answers(index) == answers(other)


@pytest.mark.parametrize(
    ("sql", "remedy"),
    [
        ("UPDATE papers SET title = 'Parsinq study 3' WHERE id = 'p3'", "nearpaper index"),
        ("UPDATE papers SET date = '1999' WHERE id = 'p3'", "nearpaper index"),
        ("UPDATE papers SET upvotes = 7 WHERE id = 'p3'", "nearpaper index"),
        ("UPDATE papers SET retracted = 1 WHERE id = 'p3'", "nearpaper index"),
        ("UPDATE papers SET venue = 'Nowhere' WHERE id = 'p3'", "nearpaper index"),
        ("UPDATE papers SET authors = '[\"Nobody\"]' WHERE id = 'p3'", "nearpaper index"),
        ("UPDATE papers SET categories = '[\"cs.XX\"]' WHERE id = 'p3'", "nearpaper index"),
        ("UPDATE vectors SET vector = zeroblob(512) WHERE row = 3", "rebuild --embed"),
        ("DELETE FROM vectors WHERE row = 3", "restore"),
        ("UPDATE papers SET authors = '[' WHERE id = 'p3'", "restore"),
        ("UPDATE papers SET title = CAST(x'ff' AS TEXT) WHERE id = 'p3'", "restore"),
    ],
)
def test_what_rots_inside_the_catalog_is_found(index: Path, sql: str, remedy: str) -> None:
    with closing(sqlite3.connect(index / "catalog.sqlite")) as connection:
        connection.execute(sql)
        connection.commit()
    findings = check(index)
    assert {finding.part for finding in findings} == {"catalog.sqlite"}
    assert remedy in findings[0].remedy


def test_what_can_be_read_of_a_damaged_catalog_is_saved(whole: Path, index: Path) -> None:
    path = index / "catalog.sqlite"
    content = bytearray(path.read_bytes())
    page = content.find(b"parsing study 30") // PAGE * PAGE
    content[page : page + PAGE] = os.urandom(PAGE)
    path.write_bytes(content)
    told = [finding.problem for finding in check(index) if "can still be read" in finding.problem]
    assert "catalog.sqlite" in refusal(lambda index: backup(index, index.parent / "copy"), index)
    saved = index.parent / "saved"
    copied = backup(index, saved, salvage_damaged=True)
    assert told == [f"{copied.papers} of 60 papers can still be read"]
    assert 20 < copied.papers == 60 - copied.lost < 60
    assert check(saved) == []
    source = index.parent / "source.jsonl"
    source.write_text("".join(json.dumps(paper) + "\n" for paper in papers("parsing", 60)))
    assert add(saved, [str(source)]).added == copied.lost
    assert {id for id, _, _ in answers(saved)[1]} == {id for id, _, _ in answers(whole)[1]}


@pytest.mark.parametrize("kept", [0.97, 0.9])
def test_what_is_left_of_a_catalog_that_was_cut_is_saved(index: Path, kept: float) -> None:
    path = index / "catalog.sqlite"
    os.truncate(path, int(path.stat().st_size * kept))
    assert "catalog.sqlite" in refusal(lambda index: backup(index, index.parent / "copy"), index)
    copied = backup(index, index.parent / "saved", salvage_damaged=True)
    assert 0 < copied.papers == 60 - copied.lost
    assert check(index.parent / "saved") == []


@pytest.mark.parametrize("places", [6, pytest.param(200, marks=pytest.mark.crash)])
def test_a_flipped_bit_in_the_catalog_is_never_a_traceback(
    index: Path, whole: Path, places: int
) -> None:
    path, expected = index / "catalog.sqlite", answers(whole)
    content, random = path.read_bytes(), np.random.default_rng(3)
    for place in random.integers(0, len(content), places):
        rotten = bytearray(content)
        rotten[place] ^= 1 << random.integers(8)
        path.write_bytes(rotten)
        if refusal(check, index) or refusal(answers, index):
            continue
        if not check(index):  # a record may be told as it stands there, and then check finds it
            assert [id for id, _, _ in answers(index)[1]] == [id for id, _, _ in expected[1]]


@pytest.mark.parametrize("part", ["manifest.json", "catalog.sqlite"])
def test_a_newer_format_is_one_line(index: Path, part: str) -> None:
    if part == "manifest.json":
        fields = json.loads((index / part).read_text())
        (index / part).write_text(json.dumps(fields | {"format": 99, "unheard": {}}))
    else:
        with closing(sqlite3.connect(index / part)) as connection:
            connection.execute("PRAGMA user_version = 99")
    for use in (answers, check, compact, rebuild):
        with pytest.raises(IndexFormatError, match="upgrade nearpaper") as caught:
            use(index)
        assert "\n" not in str(caught.value)


def test_a_copy_by_hand_is_whole(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "copy", copy_function=shutil.copyfile)
    assert answers(tmp_path / "copy") == answers(whole)
    assert check(tmp_path / "copy") == []


AS_NOBODY = """
import json, pathlib, sys
from indexer.errors import NearpaperError
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import compact
from search.engine import Engine
search = lambda index: bool(Engine.open(index).search("parsing", mode="lexical"))
print("ready", flush=True)
for line in sys.stdin:
    told = []
    for use in (search, check, compact):
        try: told.append([found.part for found in use(pathlib.Path(line.strip()))])
        except NearpaperError as error: told.append(str(error))
        except TypeError: told.append("")  # an answer, no list
    print(json.dumps(told), flush=True)
"""


@pytest.mark.skipif(os.getuid() != 0, reason="needs to be able to become another user")
def test_what_may_not_be_read_is_one_line(index: Path) -> None:
    for path in (*index.parents[:4], *index.rglob("*"), index):
        path.chmod(path.stat().st_mode | 0o055)
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    with subprocess.Popen(
        [*user, sys.executable, "-c", AS_NOBODY],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    ) as nobody:
        assert nobody.stdin is not None
        assert nobody.stdout is not None
        assert nobody.stdout.readline() == "ready\n"
        for part in (".", "catalog.sqlite", *PARTS):
            path = index if part == "." else file_of(index, part)
            mode = path.stat().st_mode
            path.chmod(0o000)
            print(index, file=nobody.stdin, flush=True)
            searched, checked, compacted = json.loads(nobody.stdout.readline())
            path.chmod(mode)
            assert "permission" in searched or "owner and mode" in searched, (part, searched)
            assert checked, part
            assert "permission" in compacted or "owner and mode" in compacted, (part, compacted)
        nobody.stdin.close()


def test_a_full_disk_at_every_write_loses_nothing(index: Path, tmp_path: Path) -> None:
    """Of a compaction: whatever has no room, the index is as it was, and clean."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    done = subprocess.run(mount, check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"needs the right to mount: {done.stderr.strip()}")
    try:
        small = shutil.copytree(index, disk / "index")
        expected, filler = answers(small), disk / "filler"
        free = shutil.disk_usage(disk).free
        failed = 0
        for room in range(0, 400_000, 20_000):
            filler.write_bytes(bytes(max(0, free - room)))
            failed += bool(refusal(compact, small))
            assert answers(small) == expected
            filler.unlink()
            assert check(small) == []
            free = shutil.disk_usage(disk).free
        assert 0 < failed < 20
    finally:
        subprocess.run(["umount", str(disk)], check=True)
