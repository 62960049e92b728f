"""Weights out of safetensors, in 32 bits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.models.conversion.bert_settings import OtherModelError

Weight = NDArray[np.float32]
_PREFIX = "bert."
"""Before every name in the files of a model that was saved with a head."""


class Weights:
    """The tensors of one file by their names; a missing one is an :class:`OtherModelError`.

    Args:
        tensors: What the file holds.
    """

    def __init__(self, tensors: Mapping[str, NDArray[np.generic]]) -> None:
        self._tensors = {name.removeprefix(_PREFIX): value for name, value in tensors.items()}

    def get(self, name: str, *shape: int | None) -> Weight:
        """A tensor of that shape; ``None`` stands for any length."""
        found = self._tensors.get(name)
        if found is None or found.dtype not in (np.float32, np.float16):
            raise OtherModelError(f"its weights {name} are missing or in unusual numbers")
        is_shape = len(shape) == found.ndim and all(
            wanted in (None, length) for wanted, length in zip(shape, found.shape, strict=True)
        )
        # Beyond this there is nothing in 16 bits, which the graph is kept in.
        if not is_shape or not np.abs(found).max(initial=0) <= np.finfo(np.float16).max:
            raise OtherModelError(f"its weights {name} are unusual")
        return found.astype(np.float32, copy=False)

    def __contains__(self, name: str) -> bool:
        return name in self._tensors


def read_weights(folder: Path) -> Weights:
    """What is in a folder's ``model.safetensors``; raises :class:`OtherModelError`."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return Weights(load_file(folder / "model.safetensors"))
    # A number format that numpy lacks is a TypeError or a KeyError.
    except (OSError, ValueError, TypeError, LookupError, AttributeError, SafetensorError) as error:
        raise OtherModelError("its weights can't be read without torch") from error
