"""Papers embedded on a GPU of this machine, by torch in bf16 and in batches by tokens."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from indexer.errors import ModelError, UsageError
from indexer.models.bulk import PART, WHOLE, Wait
from indexer.models.choice import Choice
from indexer.models.conversion.checking import LEAST_COSINE, PROBES
from indexer.models.embedder import HASHING_MODEL, Embedder, Encoded, Model
from indexer.models.hub import find_model
from indexer.models.recipe import embed
from indexer.models.torch_embedder import TorchEmbedder, first_line, load_torch

TOKENS = 65_536
"""Padded tokens in a batch."""

PATIENCE = 2_000
"""Papers that are embedded on the CPU before a GPU is taken unasked; torch takes long to load."""

_DRIVERS = ("/dev/nvidiactl", "/dev/dxg")
"""Where there is a GPU, there is one of these; to look is quicker than to load torch."""

_LOG = logging.getLogger("nearpaper")


def has_gpu() -> bool:
    """Whether torch finds a GPU here."""
    if not any(Path(driver).exists() for driver in _DRIVERS):
        return False
    try:
        import torch
    except ImportError:
        return False
    return bool(torch.cuda.is_available())


def runs_on_gpus(model: Model) -> bool:
    """Whether a model has a form that a GPU runs."""
    return model.runtime != HASHING_MODEL


def require_gpu() -> None:
    """Raise ``UsageError`` where there is none that torch finds."""
    if not has_gpu():
        raise UsageError(
            "no GPU is found here, or torch is not its CUDA build; leave out --device cuda, or "
            "install that build: pip install torch --index-url https://download.pytorch.org/whl/cu126"
        )


def load_on_gpu(model: Model, device: str = "cuda") -> TorchEmbedder:
    """What embeds like ``model``, in bf16 if that keeps the vectors, else in f32.

    Raises:
        ModelError: It can't be loaded.
    """
    folder, choice = find_model(model.name), Choice().after(model)
    embedder = load_torch(folder, device, choice, tokens=TOKENS)
    wanted = embedder.encode_documents(PROBES).vectors
    embedder.to_bf16()
    given = embedder.encode_documents(PROBES).vectors
    if np.nan_to_num(np.einsum("nd,nd->n", wanted, given), nan=-1).min() >= LEAST_COSINE:
        return embedder
    return load_torch(folder, device, choice, tokens=TOKENS)


class OnGpu:
    """Embeds on a GPU, in a thread of this process.

    Args:
        embedder: The model as it runs on the CPU.
        device: As torch calls the GPU.
        patience: Papers that are left to the CPU first.
    """

    lead = 1

    def __init__(self, embedder: Embedder, device: str = "cuda", patience: int = 0) -> None:
        self._embedder, self._device, self._patience = embedder, device, patience
        self._is_there = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="embedding")

    @property
    def part(self) -> int:
        """Whole batches, as soon as it is the GPU that embeds them."""
        return WHOLE if self._patience <= 0 else PART

    def begin(self, texts: Sequence[str]) -> Wait:
        """Vectors of ``n`` texts; waiting raises ``ModelError`` if the GPU fails."""
        return self._thread.submit(self._encoded, texts).result

    def _encoded(self, texts: Sequence[str]) -> Encoded:
        try:
            if not self._is_there and self._patience <= 0:
                self._embedder, self._is_there = self._loaded(), True
            self._patience -= len(texts)
            return embed(self._embedder, texts)
        except RuntimeError as error:  # its memory is full, or its driver is another one
            raise ModelError(
                f"{self._device} fails ({first_line(error)}); use --device cpu"
            ) from error

    def _loaded(self) -> TorchEmbedder:
        embedder = load_on_gpu(self._embedder.model, self._device)
        precision = embedder.model.precision
        _LOG.warning("papers are embedded on %s, in %s", _name(self._device), precision)
        return embedder

    def close(self) -> None:
        """Wait for the part under way."""
        self._thread.shutdown(cancel_futures=True)


def _name(device: str) -> str:
    import torch

    return torch.cuda.get_device_name(device) if device.startswith("cuda") else device
