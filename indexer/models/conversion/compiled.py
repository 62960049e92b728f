"""Converted models made ready for this processor: what OpenVINO made of one is kept beside it.

::

    models/NAME/model.xml, model.bin, …     see cache.py
                ready-KEY.blob              SHA-256 of what follows; then what OpenVINO exported

It holds no weights, which come from ``model.bin``. Of 32-bit MiniLM on two cores, making it ready
takes 170 ms of processor time, taking it up again 55 ms.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from indexer.errors import StorageError
from indexer.files import replacing
from indexer.models.cache import GRAPH, WEIGHTS, Converted, cache_folder
from indexer.models.conversion.processor import instructions
from indexer.models.conversion.runtime import openvino

if TYPE_CHECKING:
    from openvino import CompiledModel, Core

_LOG = logging.getLogger("nearpaper")
_WITHOUT_WEIGHTS = {"CACHE_MODE": "OPTIMIZE_SIZE"}
_DIGEST = 32
_PROBE = np.array([[1, 2, 3, 4, 5]], np.int64)
"""Tokens that every vocabulary has."""


def compiled(core: Core, converted: Converted, options: dict[str, str]) -> CompiledModel:
    """A model ready to run with some of OpenVINO's options, taken up again where it was so before.

    What is kept was made on the same kind of processor, with the same OpenVINO, options and files,
    and gave the same vector as the model it stands for. One that is damaged, or whose files weren't
    checked, is made ready anew. Only the cache keeps any: it is this user's own, while an index
    may come from a stranger.
    """
    if not converted.sha256 or not converted.folder.is_relative_to(cache_folder()):
        return made(core, converted, options)
    key = _key(core, converted, options)
    file = converted.folder / f"ready-{key[:16]}.blob"
    kept = _kept(file, key)
    if kept is not None:
        try:
            return _taken_up(core, kept, converted, options)
        except RuntimeError as error:
            _LOG.warning("%s can't be taken up (%s); it is made again", file, error)
    fresh = made(core, converted, options)
    _keep(file, key, core, fresh, converted, options)
    return fresh


def made(
    core: Core, converted: Converted, options: dict[str, str], shape: Sequence[int] = ()
) -> CompiledModel:
    """A model made ready to run, for inputs of any shape or of one; raises ``RuntimeError``."""
    graph = core.read_model(converted.folder / GRAPH)
    if shape:
        graph.reshape({port: openvino().PartialShape(list(shape)) for port in graph.inputs})
    return core.compile_model(graph, "CPU", options | _WITHOUT_WEIGHTS)


def _taken_up(
    core: Core, blob: bytes, converted: Converted, options: dict[str, str]
) -> CompiledModel:
    """Raises ``RuntimeError``."""
    weights = {"WEIGHTS_PATH": str(converted.folder / WEIGHTS)}
    return core.import_model(blob, "CPU", options | _WITHOUT_WEIGHTS | weights)


def _key(core: Core, converted: Converted, options: dict[str, str]) -> str:
    """Differs with all that decides what OpenVINO makes; it goes by the processor's name alone."""
    processor = [core.get_property("CPU", name) for name in _PROPERTIES]
    runtime = openvino().get_version()
    told = (converted.sha256, runtime, sorted(options.items()), processor, instructions())
    return sha256(repr(told).encode()).hexdigest()


_PROPERTIES = ("FULL_DEVICE_NAME", "DEVICE_ARCHITECTURE", "OPTIMIZATION_CAPABILITIES")


def _kept(file: Path, key: str) -> bytes | None:
    """What was exported, if it is there as it was written."""
    try:
        content = file.read_bytes()
    except OSError:
        return None
    blob = content[_DIGEST:]
    if content[:_DIGEST] == _seal(key, blob):
        return blob
    _LOG.warning("%s is damaged; it is made again", file)
    return None


def _keep(
    file: Path,
    key: str,
    core: Core,
    fresh: CompiledModel,
    converted: Converted,
    options: dict[str, str],
) -> None:
    """Keep what gives the same vector; where that can't be had or written, it only costs time."""
    with suppress(RuntimeError, OSError, StorageError):
        blob = fresh.export_model().getvalue()
        if _vector(fresh) != _vector(_taken_up(core, blob, converted, options)):
            return
        with replacing(file, sync=False) as beside:
            beside.write_bytes(_seal(key, blob) + blob)


def _vector(model: CompiledModel) -> bytes:
    outputs = model.create_infer_request().infer([_PROBE, np.ones_like(_PROBE)])
    return np.asarray(outputs[0]).tobytes()


def _seal(key: str, blob: bytes) -> bytes:
    return sha256(key.encode() + blob).digest()
