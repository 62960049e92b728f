"""Named arrays in one file, memory-mapped: the safetensors format, read without copying.

The library's own numpy reader copies every array; columns of millions of papers are better left
to the page cache, which all processes share. Format: an unsigned 64-bit header length, a JSON
header of ``{name: {dtype, shape, data_offsets}}``, the bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.files import open_plain, replacing

Tensors = Mapping[str, NDArray[Any]]

_DTYPES = {
    "U8": np.uint8,
    "I32": np.int32,
    "I64": np.int64,
    "U32": np.uint32,
    "U64": np.uint64,
    "F16": np.float16,
    "F32": np.float32,
}
_MAX_HEADER = 1 << 20


def write_tensors(path: Path, tensors: Tensors) -> None:
    """Write arrays of the dtypes above to a new file."""
    from safetensors.numpy import save

    with replacing(path, sync=False) as beside:
        arrays = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
        beside.write_bytes(save(arrays))


def map_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a file as read-only maps; raises ``ValueError`` when the file isn't whole."""
    with open_plain(path) as file:
        length = int.from_bytes(file.read(8), "little")
        if length > _MAX_HEADER:
            raise ValueError("not a file of tensors")
        header: dict[str, Any] = json.loads(file.read(length))
        # As a plain array: slices of a memmap object are three times as slow to make.
        data = np.asarray(np.memmap(file, dtype=np.uint8, mode="r"))
    return {
        name: _view(data, 8 + length, entry)
        for name, entry in header.items()
        if name != "__metadata__"
    }


def _view(data: NDArray[np.uint8], start: int, entry: Mapping[str, Any]) -> NDArray[Any]:
    first, last = entry["data_offsets"]
    if not 0 <= first <= last <= len(data) - start:
        raise ValueError("data_offsets")
    array = data[start + first : start + last].view(_DTYPES[entry["dtype"]])
    return array.reshape(entry["shape"])
