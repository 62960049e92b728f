from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexer.errors import StorageError
from indexer.models.cache import Facts, cache_folder, converted_model

FACTS = Facts(
    dimension=3,
    pooling="mean",
    query_prefix="q: ",
    document_prefix="",
    max_tokens=8,
    pad_id=0,
    precision="f32",
)
FILES = ("model.xml", "model.bin", "tokenizer.json")


class Maker:
    """Writes three small files, slowly, and counts how often it had to."""

    def __init__(self) -> None:
        self.times = 0
        self._count = threading.Lock()

    def __call__(self, folder: Path) -> Facts:
        with self._count:
            self.times += 1
        for name in FILES:
            (folder / name).write_text(f"content of {name}")
            time.sleep(0.01)
        return FACTS


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def test_a_model_is_made_once(tmp_path: Path) -> None:
    make = Maker()
    first = converted_model(tmp_path, "one", make)
    assert converted_model(tmp_path, "one", make) == first
    assert (first.facts, make.times) == (FACTS, 1)
    assert {file.name for file in first.folder.iterdir()} == {*FILES, "model.json"}


@pytest.mark.parametrize("harm", [flip, truncate, Path.unlink])
@pytest.mark.parametrize("name", [*FILES, "model.json"])
def test_a_damaged_model_is_made_again(
    harm: Callable[[Path], None], name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make = Maker()
    first = converted_model(tmp_path, "one", make)
    harm(first.folder / name)
    assert converted_model(tmp_path, "one", make) == first
    assert make.times == 2
    assert "is damaged" in caplog.text
    assert {path.name for path in (tmp_path / "models").iterdir()} == {"one", "one.lock"}


def test_many_at_once_make_it_once(tmp_path: Path) -> None:
    make = Maker()
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: converted_model(tmp_path, "one", make), range(8)))
    assert make.times == 1
    assert set(made) == {made[0]}


def test_what_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(folder: Path) -> Facts:
        (folder / "model.xml").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        converted_model(tmp_path, "one", fail)
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["one.lock"]
    assert converted_model(tmp_path, "one", Maker()).facts == FACTS


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    left = tmp_path / "models" / "one.abc"
    left.mkdir(parents=True)
    (left / "model.bin").write_text("half")
    converted_model(tmp_path, "one", Maker())
    assert not left.exists()


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageError, match="NEARPAPER_CACHE") as raised:
        converted_model(tmp_path / "file", "one", Maker())
    assert "\n" not in str(raised.value)


def test_the_cache_is_where_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NEARPAPER_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("NEARPAPER_CACHE")
    assert cache_folder().name == "nearpaper"
