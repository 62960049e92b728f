"""What a model is, how fast it runs here, and how large an index becomes with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median

from indexer.models.card import Card, read_card
from indexer.models.embedder import DEFAULT_MODEL, HASHING_MODEL, Embedder, Model
from indexer.models.hub import find_model
from indexer.models.load import load_embedder
from indexer.models.recipe import document_text, embed
from indexer.papers.paper import Paper
from indexer.progress import disk_bytes
from indexer.sources import open_source
from search.evaluation.collection import sample_collection

MANY = 1_000_000
"""Papers of the index that is thought of."""
SECONDS = 3.0
"""Of embedding papers: the speed is then known within some 5 %, on a machine that does no more."""
_FIRST, _MOST = 8, 64
"""Papers embedded together: few at first, since a large model takes seconds for each."""
_PAPERS = 1_000
_ASKED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """How fast a model runs on this machine.

    Attributes:
        papers_per_second: Over the sample papers, as ``nearpaper index`` embeds them.
        question_ms: Median over the sample questions, one at a time.
    """

    papers_per_second: float
    question_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What there is to know of a model before an index is made with it.

    Attributes:
        model: As an index would remember it.
        card: What its folder says.
        device: That computes here: ``cpu``, or one that torch knows, such as ``cuda:0``.
        speed: What it does here.
        disk_bytes: Of an index of :data:`MANY` papers in a folder.
    """

    model: Model
    card: Card
    device: str
    speed: Speed
    disk_bytes: int


def describe(name: str = DEFAULT_MODEL, seconds: float = SECONDS) -> Description:
    """Load a model and measure it.

    Args:
        name: As for :func:`~indexer.models.load.load_embedder`.
        seconds: How long papers are embedded; the batch under way is finished.

    Raises:
        ModelError: It can't be loaded, or not be run as it must be.
        SourceError: The sample, which comes with nearpaper, can't be read.
        StorageError: The cache can't be written.
    """
    embedder = load_embedder(name)
    card = Card() if name == HASHING_MODEL else read_card(find_model(name).path)
    return Description(
        model=embedder.model,
        card=card,
        device=str(getattr(embedder, "device", "cpu")),  # only torch has others
        speed=measure_speed(embedder, seconds),
        disk_bytes=disk_bytes(MANY, embedder.model.dimension),
    )


def measure_speed(embedder: Embedder, seconds: float = SECONDS) -> Speed:
    """Embed the sample, again and again until the time is over; raises ``SourceError``."""
    sample = sample_collection()
    items = islice(open_source(str(sample.corpus)), _PAPERS)
    texts = [document_text(item) for item in items if isinstance(item, Paper)]
    questions = [question.text for question in sample.questions[:_ASKED]]
    embed(embedder, texts[:2])  # what is set up once is not counted
    return Speed(
        papers_per_second=_rate(lambda batch: embed(embedder, batch), texts, seconds),
        question_ms=1000 * median(_times(embedder, questions)),
    )


def _rate(work: Callable[[Sequence[str]], object], texts: Sequence[str], seconds: float) -> float:
    done, size, started = 0, _FIRST, time.perf_counter()
    while (spent := time.perf_counter() - started) < seconds or not done:
        start = done % len(texts)
        batch = texts[start : start + size]
        work(batch)
        done, size = done + len(batch), min(2 * size, _MOST)
    return done / spent


def _times(embedder: Embedder, questions: Sequence[str]) -> list[float]:
    """Seconds of each question; the first, which may have to set something up, is asked twice."""
    times = []
    for question in (questions[0], *questions):
        started = time.perf_counter()
        embedder.encode_queries([question])
        times.append(time.perf_counter() - started)
    return times[1:]
