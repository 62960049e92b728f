"""An 8-bit variant of a converted model, calibrated on the papers that it is to embed.

Made once with NNCF (the extra ``int8``), compared with the original on papers that it was not
calibrated on, and then kept in the index itself: calibrating elsewhere may give other vectors.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, replace
from hashlib import sha256
from importlib import metadata
from itertools import islice
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING, Any

import numpy as np

from indexer.errors import ModelError, UsageError
from indexer.models.cache import GRAPH, TOKENIZER, Converted, Facts, cache_folder, converted_model
from indexer.models.choice import Choice, Named, choice_of, name_of
from indexer.models.conversion.checking import ConversionError, name_by_order
from indexer.models.conversion.runtime import openvino
from indexer.models.hub import ModelFolder, find_model
from indexer.models.load import convert_once
from indexer.models.openvino_embedder import OpenVinoEmbedder
from indexer.models.recipe import embed

if TYPE_CHECKING:
    from openvino import Model

QUANTISATION = 2
"""Raised whenever quantising would give other files."""

LEAST_COSINE = 0.997
"""Between the vectors of a paper in int8 and in fp32, for each of the held-out papers, so that one
paper that comes out wrong is not hidden by a mean."""

LEAST_SAMPLE = 40
"""Papers; one in four is held out of the calibration, and the check is on these."""

_SMOOTHING = 0.8
"""SmoothQuant's alpha (arXiv:2211.10438). Mean cosine over 100 abstracts: 0.9972 at 0.65, 0.9978 at
0.8, 0.9974 at NNCF's 0.95."""

_TRIES = ((1, False), (None, False), (None, True))
"""How many of the projections that narrow are left as they were, and whether weights have 7 bits;
the next is tried where the check fails.

Least cosine over 200 abstracts, and rate against f32, on a processor with VNNI: 0.9980 and 1.86
times, 0.9992 and 1.4, 0.9976 and 1.4. With AVX2 alone, sums of 8-bit products overflow their 16
bits: 0.9945, 0.9949 and 0.9976, each at 0.76 times the rate of f32."""


def quantised(named: Named, texts: Sequence[str]) -> tuple[OpenVinoEmbedder, Converted]:
    """A model in int8, made where the cache doesn't hold it.

    Args:
        named: As for :func:`~indexer.models.load.load_embedder`.
        texts: Of papers, see :func:`~indexer.models.recipe.document_text`; the same texts
            give the same model.

    Raises:
        UsageError: There are too few texts, or NNCF is not installed.
        ModelError: The model can't be loaded, or in int8 it gives other vectors.
    """
    if len(texts) < LEAST_SAMPLE:
        raise UsageError(
            f"int8 is calibrated on at least {LEAST_SAMPLE} papers, there are {len(texts)}; index "
            "without it, and later run `nearpaper rebuild --embed --precision int8`"
        )
    folder = find_model(name_of(named))
    base, weights = _base(folder, choice_of(named))
    converted = converted_model(
        cache_folder(), _key(base, texts), lambda target: _quantise(base, texts, target)
    )
    return _embedder(converted, folder.name, folder.revision, weights), converted


def _base(folder: ModelFolder, choice: Choice) -> tuple[Converted, str]:
    try:
        return convert_once(folder, choice, int8=False)
    except ConversionError as error:
        raise ModelError(
            f"{folder.name} does not run under OpenVINO ({error}), and only what does can be int8; "
            "leave out --precision"
        ) from error


def _key(base: Converted, texts: Sequence[str]) -> str:
    """Names what the result depends on."""
    made_of = [base.sha256, asdict(base.facts), QUANTISATION, _nncf_version(), *texts]
    return f"int8-{sha256(json.dumps(made_of).encode()).hexdigest()[:32]}"


def _nncf_version() -> str:
    try:
        return metadata.version("nncf")
    except metadata.PackageNotFoundError as error:
        raise UsageError(
            "--precision int8 needs NNCF; run: pip install 'nearpaper[int8]'"
        ) from error


def _quantise(base: Converted, texts: Sequence[str], target: Path) -> Facts:
    """Write the quantised model into ``target``, once it has stood the check."""
    held_out = list(texts[::4])
    calibration = [text for place, text in enumerate(texts) if place % 4]
    facts = replace(base.facts, precision="int8")
    wanted = embed(_embedder(base, precision="f32"), held_out).vectors
    copyfile(base.folder / TOKENIZER, target / TOKENIZER)
    least = -1.0
    for kept, narrow in _TRIES:
        openvino().save_model(_calibrated(base, calibration, kept, narrow), target / GRAPH)
        given = embed(_embedder(Converted(target, facts, "")), held_out).vectors
        least = float(np.einsum("nd,nd->n", wanted, given).min())
        if least >= LEAST_COSINE:
            return facts
    raise ModelError(
        f"in int8 the model's vectors differ too much (cosine {least:.4f} to fp32, at least "
        f"{LEAST_COSINE} is asked); leave out --precision int8"
    )


def _embedder(
    converted: Converted,
    name: str = "",
    revision: str = "",
    weights_sha256: str = "",
    precision: str | None = None,
) -> OpenVinoEmbedder:
    if precision is not None:
        facts = replace(converted.facts, precision=precision)
        converted = replace(converted, facts=facts)
    return OpenVinoEmbedder(converted, name=name, revision=revision, weights_sha256=weights_sha256)


def _calibrated(base: Converted, texts: Sequence[str], kept: int | None, narrow: bool) -> Model:
    openvino()  # before NNCF imports it with its telemetry on
    import nncf

    graph = openvino().Core().read_model(base.folder / GRAPH)
    inputs = _embedder(base).inputs(texts)
    alphas = nncf.AdvancedSmoothQuantParameters(matmul=_SMOOTHING)
    # Its own function for this would quieten the handlers of everybody else, too.
    logging.getLogger("nncf").setLevel(logging.ERROR)
    # Its progress bars go to standard output, where results belong.
    with redirect_stdout(io.StringIO()):
        made = nncf.quantize(
            graph,
            nncf.Dataset(inputs),
            subset_size=len(inputs),
            model_type=nncf.ModelType.TRANSFORMER,
            ignored_scope=nncf.IgnoredScope(names=list(islice(_narrowing(graph), kept))),
            advanced_parameters=nncf.AdvancedQuantizationParameters(
                smooth_quant_alphas=alphas,
                overflow_fix=nncf.OverflowFix.ENABLE if narrow else None,
            ),
        )
    name_by_order(made)
    return made


def _narrowing(graph: Model) -> Iterator[str]:
    """Names of the matrix products with fewer outputs than inputs, in order.

    In a transformer these are the second half of each feed-forward block. What goes into them has
    the widest range of all, the first one's above all.
    """
    for node in graph.get_ordered_ops():
        if node.get_type_name() == "MatMul":
            ends = [_width(port) for port in (node.input(0), node.output(0))]
            if 0 < ends[1] < ends[0]:
                yield node.get_friendly_name()


def _width(port: Any) -> int:  # noqa: ANN401 - OpenVINO ships no types
    """Length of the last axis, 0 where it varies."""
    shape = port.get_partial_shape()
    last = shape[len(shape) - 1]
    return int(last.get_length()) if last.is_static else 0
