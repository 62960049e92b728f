"""What a model's files hash to, without reading them again while they stay as they are."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path

from indexer.errors import ModelError, StorageError, storage_error
from indexer.files import replace_file, sha256_of
from indexer.models.hub import ModelFolder

_PICKLED = {".bin", ".pt", ".pth", ".pkl", ".ckpt"}
_WEIGHTS = {".safetensors", *_PICKLED}
_SETTINGS = {".json", ".txt", ".model"}
_OTHER_RUNTIMES = {"onnx", "openvino"}
_MAX_FILES = 10_000


@dataclass(frozen=True, slots=True)
class Hashes:
    """SHA-256 of a model as distributed.

    Attributes:
        weights: Of the weights' file; of several files, of the list of their hashes and names.
        settings: Of everything else that vectors depend on, likewise.
    """

    weights: str
    settings: str


def model_hashes(folder: ModelFolder, cache: Path) -> Hashes:
    """The hashes of a model, checked against what its weights must be.

    They are remembered in ``cache`` together with each file's size and time of change, since
    reading the weights at every start would take longer than a search.
    """
    try:
        files = _model_files(folder.path)
        state = [
            [str(file.relative_to(folder.path)), stat.st_size, stat.st_mtime_ns]
            for file in files
            for stat in [file.stat()]
        ]
        record = cache / "hashes" / f"{sha256(str(folder.path).encode()).hexdigest()[:16]}.json"
        hashes = _remembered(record, state) or _computed(folder.path, files, record, state)
    except OSError as error:
        raise storage_error(error, folder.path) from error
    if folder.expected_sha256 not in {"", hashes.weights}:
        raise ModelError(
            f"the weights of {folder.name} in {folder.path} are not the published ones (sha256 "
            f"{hashes.weights[:12]}…, not {folder.expected_sha256[:12]}…); reinstall the package"
        )
    return hashes


def _model_files(folder: Path) -> list[Path]:
    if not any((folder / name).is_file() for name in ("modules.json", "config.json")):
        raise ModelError(f"{folder} holds no sentence-transformers model: no modules.json in it")
    found = list(islice(folder.rglob("*"), _MAX_FILES + 1))
    if len(found) > _MAX_FILES:
        raise ModelError(f"{folder} holds over {_MAX_FILES} files; give the model's own folder")
    files = [file for file in found if _counts(file.relative_to(folder)) and file.is_file()]
    safe = {file.parent for file in files if file.suffix == ".safetensors"}
    pickled = [file for file in files if file.suffix in _PICKLED]
    if others := [file for file in pickled if file.parent not in safe]:
        raise ModelError(
            f"{others[0]}: pickled weights, which could run code, are not read; save the model as "
            "safetensors, or give --model another one"
        )
    return sorted(set(files) - set(pickled))


def require_safetensors(folder: Path) -> None:
    """Raise ``ModelError`` for a folder without a model, or with one whose weights are pickled."""
    _model_files(folder)


def _counts(file: Path) -> bool:
    return file.suffix in _WEIGHTS | _SETTINGS and not _OTHER_RUNTIMES & set(file.parts)


def _remembered(record: Path, state: list[list[object]]) -> Hashes | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(record.read_text())
        if kept["state"] == state:
            return Hashes(**kept["hashes"])
    return None


def _computed(folder: Path, files: list[Path], record: Path, state: list[list[object]]) -> Hashes:
    hashed = {str(file.relative_to(folder)): sha256_of(file) for file in files}
    weights = {name: value for name, value in hashed.items() if Path(name).suffix in _WEIGHTS}
    settings = {name: value for name, value in hashed.items() if name not in weights}
    hashes = Hashes(_combined(weights), _combined(settings))
    # A cache that can't be written only costs time.
    with suppress(OSError, StorageError):
        record.parent.mkdir(parents=True, exist_ok=True)
        kept = {"state": state, "hashes": asdict(hashes)}
        replace_file(record, json.dumps(kept).encode())
    return hashes


def _combined(hashed: dict[str, str]) -> str:
    if len(hashed) == 1:
        return next(iter(hashed.values()))
    return sha256(json.dumps(sorted(hashed.items())).encode()).hexdigest()
