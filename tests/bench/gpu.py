"""``python -m tests.bench.gpu``: papers embedded on a GPU, beside the same model on the CPU.

It prints how many papers a second each embeds, and the least cosine of a paper's two vectors. With
10,000 abstracts it takes a minute or two; ``--device cpu`` tries it where there is no GPU.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from indexer.models.embedder import DEFAULT_MODEL, Encoded
from indexer.models.gpu import load_on_gpu, require_gpu
from indexer.models.load import load_embedder
from indexer.models.recipe import document_text, embed
from tests.bench.papers import find_papers

COUNT = 10_000
COMPARED = 500
"""Papers that the CPU embeds as well: enough for a rate, and for the least cosine."""
WARM = 64
"""Papers that each embeds beforehand: the first batch loads libraries and chooses kernels."""


def measured(texts: Sequence[str], model: str, device: str) -> str:
    """A line of what was found."""
    here = load_embedder(model)
    there = load_on_gpu(here.model, device)
    step = max(1, len(texts) // COMPARED)
    given, fast = _timed(lambda some: embed(there, some), texts)
    wanted, slow = _timed(lambda some: embed(here, some), texts[::step])
    cosines = np.einsum("nd,nd->n", wanted.vectors, given.vectors[::step])
    return (
        f"{model} on {device} in {there.model.precision}: "
        f"{fast:,.1f} papers/s over {len(texts):,}; "
        f"on the CPU in {here.model.precision}: {slow:,.1f} papers/s over {len(cosines):,}; "
        f"least cosine {cosines.min():.5f}, mean {cosines.mean():.5f}"
    )


def _timed(call: Callable[[Sequence[str]], Encoded], texts: Sequence[str]) -> tuple[Encoded, float]:
    call(texts[:WARM])
    begun = time.perf_counter()
    encoded = call(texts)
    return encoded, len(texts) / (time.perf_counter() - begun)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.gpu")
    parser.add_argument("--papers", type=Path, help="file; by default the sample, mixed")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--device", default="cuda")
    asked = parser.parse_args()
    if asked.device == "cuda":
        require_gpu()
    papers = find_papers(asked.papers, asked.count).papers
    print(measured([document_text(paper) for paper in papers], asked.model, asked.device))  # noqa: T201


if __name__ == "__main__":
    main()
