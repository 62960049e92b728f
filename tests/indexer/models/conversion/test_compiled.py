"""What OpenVINO made of a model is taken up again, and only where it is what was written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.models.conversion import compiled, processor
from indexer.models.embedder import Embedder
from indexer.models.load import load_embedder

ROOT = Path(__file__).resolve().parents[4]
QUESTION = "why do networks suddenly generalise long after they overfit"


@pytest.fixture
def cache(
    default_embedder: Embedder, model_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The default model, converted, but not made ready for any processor."""
    assert default_embedder.model.runtime == "openvino"
    cache = tmp_path / "cache"
    shutil.copytree(
        model_cache, cache, copy_function=os.link, ignore=shutil.ignore_patterns("*.blob")
    )
    monkeypatch.setenv("NEARPAPER_CACHE", str(cache))
    pretend(tmp_path, monkeypatch, "fpu sse4_2 avx2")
    return cache


def pretend(folder: Path, monkeypatch: pytest.MonkeyPatch, instructions: str) -> None:
    """Have the processor look like another one, which computes in 32 bits."""
    told = folder / "cpuinfo"
    told.write_text(f"processor: 0\nflags : {instructions}\n")
    monkeypatch.setattr(processor, "_CPU_INFO", told)


def vector() -> bytes:
    """Of a question, by a model that is loaded anew."""
    return bytes(load_embedder().encode_queries([QUESTION])[0].tobytes())


def kept(cache: Path) -> list[Path]:
    return sorted(cache.glob("models/*/ready-*"))


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def test_it_is_kept_once_and_gives_the_same_vectors(cache: Path) -> None:
    fresh = vector()
    (file,) = kept(cache)
    written = file.stat().st_mtime_ns
    assert file.stat().st_size < 2_000_000  # the weights are in model.bin
    assert vector() == fresh
    assert [one.stat().st_mtime_ns for one in kept(cache)] == [written]


@pytest.mark.slow
@pytest.mark.parametrize("harm", [flip, truncate, empty])
def test_a_damaged_one_is_made_again(
    cache: Path, harm: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    fresh = vector()
    (file,) = kept(cache)
    harm(file)
    assert vector() == fresh
    assert "is damaged; it is made again" in caplog.text
    assert kept(cache) == [file]
    caplog.clear()
    assert vector() == fresh
    assert caplog.text == ""


@pytest.mark.slow
def test_one_that_openvino_refuses_is_made_again(
    cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fresh = vector()
    assert kept(cache)
    monkeypatch.setattr(compiled, "_kept", lambda *_: b"no model")
    assert vector() == fresh
    assert "can't be taken up" in caplog.text


@pytest.mark.slow
def test_each_processor_has_its_own(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = vector()
    pretend(tmp_path, monkeypatch, "fpu avx2")
    assert vector() == fresh
    assert len(kept(cache)) == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing stops root from writing")
def test_where_nothing_can_be_written_it_is_made_each_time(cache: Path) -> None:
    folder = next(cache.glob("models/*/model.xml")).parent
    folder.chmod(0o555)
    try:
        assert vector() == vector()
        assert kept(cache) == []
    finally:
        folder.chmod(0o755)


def test_a_file_in_the_place_of_one_costs_no_more_than_time(cache: Path) -> None:
    fresh = vector()
    (file,) = kept(cache)
    file.unlink()
    file.mkdir()
    assert vector() == fresh


def test_the_converter_of_openvino_is_imported_where_it_is_used() -> None:
    code = (
        "import sys\nfrom indexer.models.conversion.runtime import openvino\n"
        "runtime = openvino()\nassert 'openvino.tools.ovc' not in sys.modules\n"
        "assert runtime.convert_model.__name__ == 'convert_model'\n"
        "import openvino\nassert openvino.convert_model is runtime.convert_model\n"
        "assert not hasattr(openvino, 'nothing')"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)
