from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from indexer.errors import ModelError
from indexer.models.checksums import model_hashes
from indexer.models.hub import ModelFolder
from indexer.models.load import load_embedder


@pytest.fixture
def folder(tmp_path: Path) -> ModelFolder:
    path = tmp_path / "model"
    (path / "1_Pooling").mkdir(parents=True)
    (path / "modules.json").write_text("[]")
    (path / "model.safetensors").write_bytes(b"weights")
    (path / "1_Pooling" / "config.json").write_text("{}")
    return ModelFolder("model", path)


def test_one_file_of_weights_gives_its_own_hash(folder: ModelFolder, tmp_path: Path) -> None:
    assert model_hashes(folder, tmp_path).weights == sha256(b"weights").hexdigest()


def test_a_second_look_gives_the_same(folder: ModelFolder, tmp_path: Path) -> None:
    assert model_hashes(folder, tmp_path) == model_hashes(folder, tmp_path)


def test_changed_weights_change_one_hash(folder: ModelFolder, tmp_path: Path) -> None:
    before = model_hashes(folder, tmp_path)
    (folder.path / "model.safetensors").write_bytes(b"other weights")
    after = model_hashes(folder, tmp_path)
    assert after.weights != before.weights
    assert after.settings == before.settings


def test_changed_pooling_changes_the_other(folder: ModelFolder, tmp_path: Path) -> None:
    before = model_hashes(folder, tmp_path)
    (folder.path / "1_Pooling" / "config.json").write_text('{"pooling_mode": "cls"}')
    after = model_hashes(folder, tmp_path)
    assert after.weights == before.weights
    assert after.settings != before.settings


def test_weights_that_are_not_read_do_not_count(folder: ModelFolder, tmp_path: Path) -> None:
    before = model_hashes(folder, tmp_path)
    (folder.path / "pytorch_model.bin").write_bytes(b"the same in another format")
    (folder.path / "onnx").mkdir()
    (folder.path / "onnx" / "model.bin").write_bytes(b"for another runtime")
    assert model_hashes(folder, tmp_path) == before


def test_a_copy_elsewhere_hashes_alike(folder: ModelFolder, tmp_path: Path) -> None:
    copy = shutil.copytree(folder.path, tmp_path / "copy")
    assert model_hashes(ModelFolder("copy", copy), tmp_path) == model_hashes(folder, tmp_path)


def test_a_damaged_memory_is_ignored(folder: ModelFolder, tmp_path: Path) -> None:
    before = model_hashes(folder, tmp_path)
    (record,) = (tmp_path / "hashes").iterdir()
    for content in ("", "[]", '{"state": 1}', "\0"):
        record.write_text(content)
        assert model_hashes(folder, tmp_path) == before


def test_a_cache_that_cannot_be_written_only_costs_time(
    folder: ModelFolder, tmp_path: Path
) -> None:
    expected = model_hashes(folder, tmp_path)
    (tmp_path / "file").write_text("not a folder")
    assert model_hashes(folder, tmp_path / "file") == expected


def test_weights_are_checked_every_time(folder: ModelFolder, tmp_path: Path) -> None:
    model_hashes(folder, tmp_path)
    strict = ModelFolder("strict", folder.path, expected_sha256="0" * 64)
    for _ in range(2):
        with pytest.raises(ModelError, match="not the published ones"):
            model_hashes(strict, tmp_path)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no modules\.json"):
        model_hashes(ModelFolder("empty", tmp_path), tmp_path)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "2_Dense/pytorch_model.bin", "model.pt"])
def test_pickled_weights_are_refused(folder: ModelFolder, tmp_path: Path, name: str) -> None:
    (folder.path / "model.safetensors").unlink()
    (folder.path / name).parent.mkdir(exist_ok=True)
    (folder.path / name).write_bytes(b"pickled")
    with pytest.raises(ModelError, match="pickled"):
        model_hashes(folder, tmp_path)
    with pytest.raises(ModelError, match="pickled"):
        load_embedder(str(folder.path))
