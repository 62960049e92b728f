"""A converted sentence-transformer under OpenVINO: what normally turns text into vectors.

Runs without torch once the model is in the cache.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.models.cache import TOKENIZER, Converted
from indexer.models.conversion.compiled import compiled, made
from indexer.models.conversion.fixed_shapes import WIDTHS, FixedShapes
from indexer.models.conversion.runtime import has_bf16, openvino
from indexer.models.embedder import Encoded, Model, Vectors, unit_rows
from indexer.models.precision import INT8_DYNAMIC, INT8_GROUP
from indexer.models.tokenizer import TokenReader, Tokens, tokenizer_from_file

if TYPE_CHECKING:
    from openvino import CompiledModel, InferRequest

TOKEN_BUDGET = 512
"""Padded tokens in a batch; a longer text is alone in its own. Of 32 papers at a time, two cores
with AVX512-VNNI embed 39 a second, 36 with 1,024 and 31 with 2,048: with few and large batches, one
stream waits for the other at the end."""
STREAM_CORES = 4
"""Cores at most for one inference, and of few cores at most half of them. Inferences side by side
don't wait for each other's cores as the parts of one do: on two cores, two of one core each encode
1.2 times as many abstracts a second as one of both. A lone question takes 60 % of the processor
time, and leaves a core to what is done beside."""

_FIRST_INFERENCE = threading.Lock()


class OpenVinoEmbedder:
    """Both calls are safe from many threads: each thread has an inference request of its own.

    Args:
        converted: The model.
        name: As in :class:`~indexer.models.embedder.Model`, like the next two.
        revision: Likewise.
        weights_sha256: Likewise.
        threads: To compute with; by default as many as the machine has cores.

    Attributes:
        converted: The model.
        streams: Batches that it works on side by side.
    """

    def __init__(
        self,
        converted: Converted,
        *,
        name: str,
        revision: str,
        weights_sha256: str,
        threads: int | None = None,
    ) -> None:
        facts = converted.facts
        self.converted = converted
        self._facts = facts
        self._reader = TokenReader(
            tokenizer_from_file(converted.folder / TOKENIZER),
            max_tokens=facts.max_tokens,
            pad_id=facts.pad_id,
        )
        with _FIRST_INFERENCE:
            self._compiled, precision, self.streams = _compiled(converted, threads)
        self._of_thread = _OfThread()
        self._side_by_side = ThreadPoolExecutor(self.streams, thread_name_prefix="inference")
        self._fixed = FixedShapes(
            lambda width: _compiled_for(converted, threads, width),
            self._side_by_side,
            # With 8 bits in between, too, a graph of one shape rounds otherwise: cosine 0.999.
            widths=() if facts.precision == "int8" else WIDTHS,
        )
        self._model = Model(
            name=name,
            revision=revision,
            weights_sha256=weights_sha256,
            dimension=facts.dimension,
            pooling=facts.pooling,
            query_prefix=facts.query_prefix,
            document_prefix=facts.document_prefix,
            max_tokens=facts.max_tokens,
            runtime="openvino",
            precision=precision,
            converted_sha256=converted.sha256,
        )
        # The binding sets itself up in the first inference of a process, once for all threads, and
        # there takes the interpreter's lock: two first inferences at once wait for each other.
        with _FIRST_INFERENCE:
            unit_rows(self._infer(self._reader.read(["first"])))  # refused where it isn't finite

    @property
    def model(self) -> Model:
        """What the vectors depend on."""
        return self._model

    def encode_documents(self, texts: Sequence[str]) -> Encoded:
        """Vectors of ``n`` texts, in their order."""
        tokens = self._reader.read([self._facts.document_prefix + text for text in texts])
        truncated = np.array([one.truncated for one in tokens], bool)
        return Encoded(self._in_batches(tokens), truncated)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of ``n`` questions, in their order."""
        return self._in_batches(
            self._reader.read([self._facts.query_prefix + text for text in texts])
        )

    def inputs(self, texts: Sequence[str]) -> list[list[NDArray[np.int64]]]:
        """What the model is given for each text as a document: ``(1, tokens)`` ids and mask."""
        tokens = self._reader.read([self._facts.document_prefix + text for text in texts])
        return [_padded([one], len(one.ids), self._facts.pad_id) for one in tokens]

    def _in_batches(self, tokens: Sequence[Tokens]) -> Vectors:
        rows = np.empty((len(tokens), self._facts.dimension), np.float32)

        def fill(batch: list[int]) -> None:
            rows[batch] = self._infer([tokens[place] for place in batch])[:, : rows.shape[1]]

        found = list(batches([len(one.ids) for one in tokens], TOKEN_BUDGET))
        if len(found) == 1:
            fill(found[0])
        else:  # the longest first, so that all streams end at about the same time
            list(self._side_by_side.map(fill, reversed(found)))
        return unit_rows(rows)

    def _infer(self, tokens: Sequence[Tokens]) -> Vectors:
        # Called with its defaults, a request copies what goes in and what comes out; calling the
        # compiled model instead shares memory, and later calls then overwrite earlier vectors.
        width, compiled = max(len(one.ids) for one in tokens), self._compiled
        if len(tokens) == 1:
            width = self._fixed.width(width)
            compiled = self._fixed.ready(width) or compiled
        padded = _padded(tokens, width, self._facts.pad_id)
        rows: Vectors = self._request(compiled).infer(padded)[0]
        return rows

    def _request(self, compiled: CompiledModel) -> InferRequest:
        requests = self._of_thread.requests
        if (found := requests.get(compiled)) is None:
            found = requests[compiled] = compiled.create_infer_request()
        return found


class _OfThread(threading.local):
    """What each thread has of its own: a request to each graph that it has run."""

    def __init__(self) -> None:
        self.requests: dict[CompiledModel, InferRequest] = {}


def batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Places in ``lengths``, by length, in batches of at most ``budget`` padded tokens each."""
    batch: list[int] = []
    for place in np.argsort(lengths, kind="stable").tolist():
        if batch and (len(batch) + 1) * lengths[place] > budget:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _padded(tokens: Sequence[Tokens], width: int, pad_id: int) -> list[NDArray[np.int64]]:
    """Token ids and attention mask, ``(n, width)`` each."""
    shape = len(tokens), width
    ids, mask = np.full(shape, pad_id, np.int64), np.zeros(shape, np.int64)
    for row, one in enumerate(tokens):
        ids[row, : len(one.ids)] = one.ids
        mask[row, : len(one.ids)] = 1
    return [ids, mask]


def streams_for(cores: int) -> int:
    """How many inferences run side by side."""
    return min(cores, max(2, cores // STREAM_CORES))


def _cores() -> int:
    """Those that this process may use, where the system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _compiled(converted: Converted, threads: int | None) -> tuple[CompiledModel, str, int]:
    """The model ready to run, the precision it runs in, and its streams."""
    precision, streams = converted.facts.precision, streams_for(threads or _cores())
    options = _options(converted) | {"NUM_STREAMS": str(streams)}
    if threads is not None:
        options["INFERENCE_NUM_THREADS"] = str(threads)
    has_int8_weights = precision in ("int8", INT8_DYNAMIC)
    runs_in = precision if has_int8_weights else options["INFERENCE_PRECISION_HINT"]
    return compiled(openvino().Core(), converted, options), runs_in, streams


def _compiled_for(converted: Converted, threads: int | None, width: int) -> CompiledModel:
    """The same for one text of so many tokens at a time; raises ``RuntimeError``."""
    cores = threads or _cores()
    of_one = {"NUM_STREAMS": "1", "INFERENCE_NUM_THREADS": str(cores // streams_for(cores))}
    return made(openvino().Core(), converted, _options(converted) | of_one, (1, width))


def _options(converted: Converted) -> dict[str, str]:
    """How the model is run, whatever on."""
    precision = converted.facts.precision
    fast = "bf16" if has_bf16() else "f32"
    options = {  # in int8, the hint is for what was left as it was
        "INFERENCE_PRECISION_HINT": fast if precision in ("bf16", "int8") else "f32",
        # Else each process with few threads takes the same first cores, and leaves the others idle.
        "ENABLE_CPU_PINNING": "NO",
    }
    if precision == INT8_DYNAMIC:
        options["DYNAMIC_QUANTIZATION_GROUP_SIZE"] = str(INT8_GROUP)
    return options
