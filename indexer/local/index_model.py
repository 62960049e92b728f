"""A model that belongs to one index and lies in its folder.

::

    index/models/SHA256/      the files of a converted model, as in the cache

An int8 model is calibrated on the papers of its index. Making it takes a minute and NNCF, so it
moves with the index.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from indexer.errors import ModelError, storage_error
from indexer.files import stamp, sync_folder
from indexer.models.cache import FILES, Converted, DamagedError, checked
from indexer.models.embedder import Model
from indexer.models.openvino_embedder import OpenVinoEmbedder

_FOLDER = "models"


def keep(folder: Path, converted: Converted) -> None:
    """Copy a converted model into the index in ``folder``; on return it is on the disk."""
    place = _place(folder, converted.sha256)
    try:
        if checked(place).sha256 == converted.sha256:
            return
    except DamagedError:
        pass
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as beside:
            fresh = Path(beside) / "model"
            # With the modes of the index's other files; those of the cache are one user's.
            fresh.mkdir()
            for name in FILES:
                shutil.copyfile(converted.folder / name, fresh / name)
                stamp(fresh / name)
            sync_folder(fresh)
            shutil.rmtree(place, ignore_errors=True)
            fresh.rename(place)
        sync_folder(place.parent)
    except OSError as error:
        raise storage_error(error, place) from error


def copy_kept(folder: Path, target: Path) -> None:
    """Copy an index's own models into another index; on return they are on the disk.

    One that is damaged is left out: the copy then says so, as the index does.
    """
    for place in (folder / _FOLDER).glob("*"):
        with suppress(DamagedError):
            keep(target, checked(place))


def has_kept(folder: Path, model: Model) -> bool:
    """Whether an index's own model lies there, be it damaged."""
    return _place(folder, model.converted_sha256).exists()


def load_kept(folder: Path, model: Model) -> OpenVinoEmbedder:
    """The embedder of an index's own model; raises ``ModelError`` where it is lost or damaged."""
    place = _place(folder, model.converted_sha256)
    try:
        converted = checked(place)
    except DamagedError as error:
        raise ModelError(
            f"{place}: the index's int8 model is missing or damaged; copy it from a backup, or run "
            f"`nearpaper rebuild --embed --index {folder}`"
        ) from error
    return OpenVinoEmbedder(
        converted, name=model.name, revision=model.revision, weights_sha256=model.weights_sha256
    )


def forget_others(folder: Path, model: Model) -> None:
    """Unlink the models of earlier generations; whoever has loaded one keeps it."""
    for path in (folder / _FOLDER).glob("*"):
        if path.name != model.converted_sha256:
            shutil.rmtree(path, ignore_errors=True)


def _place(folder: Path, sha256: str) -> Path:
    # From a manifest, which may be forged: only ever a name inside the folder.
    return folder / _FOLDER / (Path(sha256).name or "none")
