"""The actor: one copy of the model in a process of Ray's, on any node."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from indexer.errors import ModelError
from indexer.models.cache import (
    GRAPH,
    TOKENIZER,
    WEIGHTS,
    Converted,
    DamagedError,
    Facts,
    cache_folder,
    checked,
    converted_model,
)
from indexer.models.choice import Choice
from indexer.models.compatibility import require_match
from indexer.models.embedder import Embedder, Encoded, Model
from indexer.models.hub import find_model
from indexer.models.load import load_embedder
from indexer.models.openvino_embedder import OpenVinoEmbedder
from indexer.models.recipe import embed
from indexer.version import version

Files = dict[str, bytes]
"""The files of a converted model, by their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What every actor loads.

    Attributes:
        model: What the vectors have to be like.
        version: Of nearpaper, which decides on the text recipe.
        is_cuda: Run it under torch on a GPU.
        converted: The model as converted on the driver's machine, where it is.
        files: Fetches its files from there.
    """

    model: Model
    version: str
    is_cuda: bool
    converted: Converted | None
    files: Callable[[], Files]


class Encoder:
    """Loads the model when it is needed first, and again when Ray has started it anew."""

    def __init__(self, plan: Plan, threads: int) -> None:
        self._plan, self._threads = plan, threads

    def model(self) -> Model:
        """What is loaded; raises ``ModelError`` if it can't be."""
        return self._embedder.model

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Vectors of ``n`` texts by the text recipe."""
        return embed(self._embedder, texts)

    @cached_property
    def _embedder(self) -> Embedder:
        plan, node = self._plan, socket.gethostname()
        if plan.version != version():
            raise ModelError(
                f"{node} has nearpaper {version()}, this machine {plan.version}; install the same "
                "on all nodes"
            )
        embedder = self._loaded()
        try:
            require_match(node, plan.model, embedder.model)
        except ModelError as error:
            raise ModelError(
                f"{plan.model.name} on {node} is another model than here; install the same on all "
                "nodes"
            ) from error
        return embedder

    def _loaded(self) -> Embedder:
        model = self._plan.model
        if self._plan.is_cuda or model.runtime == "torch":
            return self._under_torch()
        if self._plan.converted is None:
            return load_embedder(Choice().after(model))
        return OpenVinoEmbedder(
            self._converted(self._plan.converted),
            name=model.name,
            revision=model.revision,
            weights_sha256=model.weights_sha256,
            threads=self._threads,
        )

    def _converted(self, wanted: Converted) -> Converted:
        """Where it was converted, else in this node's cache, which the first actor writes it to."""
        with suppress(DamagedError):
            if checked(wanted.folder).sha256 == wanted.sha256:
                return wanted

        def write(target: Path) -> Facts:
            for name, content in self._plan.files().items():
                (target / name).write_bytes(content)
            return wanted.facts

        sent = converted_model(cache_folder(), f"sent-{wanted.sha256[:32]}", write)
        # Sent before for other prompts or dimensions, the files were the same.
        return replace(sent, facts=wanted.facts)

    def _under_torch(self) -> Embedder:
        import torch

        from indexer.models.gpu import load_on_gpu
        from indexer.models.torch_embedder import load_torch

        if self._plan.is_cuda and not torch.cuda.is_available():
            raise ModelError(
                f"torch finds no GPU on {socket.gethostname()}; install its CUDA build there, or "
                "use --device cpu"
            )
        torch.set_num_threads(self._threads)
        model = self._plan.model
        if self._plan.is_cuda:
            return load_on_gpu(model)
        return load_torch(find_model(model.name), choice=Choice().after(model))


def files_of(converted: Converted) -> Files:
    """What :class:`Encoder` needs of a converted model, read."""
    return {name: (converted.folder / name).read_bytes() for name in (GRAPH, WEIGHTS, TOKENIZER)}
