"""The write path, top to bottom: read, skip what is known, embed, commit, publish.

A batch is acknowledged when it is committed to the catalog. Whatever is killed after that, the
next start finds it; running the same command again continues where it stopped, since papers that
are known cost nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from pathlib import Path

from indexer.catalog import Entry, Known
from indexer.embedding import DEFAULT_MODEL, Embedder, Model, Precision, load_embedder
from indexer.kept_model import is_kept
from indexer.matching import (
    load_matching,
    load_new,
    require_match,
    require_original,
    require_precision,
)
from indexer.paper import Paper, merge, text_hash
from indexer.progress import Estimate, Listener, Silent, Tally, estimate
from indexer.recipe import document_text, embed
from indexer.rejects import RejectsFile
from indexer.sources import Reject, Source, open_source
from indexer.writer import Writer

BATCH = 256
"""Papers in one commit: some seconds of embedding, which a kill may cost."""
LONG_SECONDS = 10.0
"""What is left of a build from which on people are told what it will take."""
SAMPLE = 400
"""Records that int8 is calibrated and checked on."""
PUBLISH_SECONDS = 30.0
"""How long readers may wait for what was committed during a long run."""


def add(
    folder: Path,
    inputs: Sequence[str],
    *,
    format: str | None = None,
    model: str | None = None,
    precision: Precision | None = None,
    rejects: Path | None = None,
    listener: Listener | None = None,
) -> Tally:
    """Add and update the papers of ``inputs`` in an index, which is made if it isn't there.

    Args:
        folder: Where the index is.
        inputs: Paths, or ``-`` for standard input.
        format: Name of the inputs' format; guessed from each one's content by default.
        model: For a new index, what embeds; an existing one keeps the model it was made with.
        precision: For a new index; an existing one keeps its own. ``int8`` is calibrated on the
            first :data:`SAMPLE` papers.
        rejects: Where records that are no papers are listed; by default in the index's folder.
        listener: Is told of the progress.

    Returns:
        What was done. Ctrl-C ends a run early and in good order.
    """
    with ExitStack() as opened:
        # An input that can't be read ends the run before anything is made.
        sources = [opened.enter_context(open_source(path, format)) for path in inputs]
        records = _Records(sources)
        loader = _Loader(folder, model, precision, records)
        writer = opened.enter_context(Writer(folder, create=loader.for_new_index))
        loader.expect(writer.model)
        bin = opened.enter_context(RejectsFile(rejects or folder / "rejects.jsonl"))
        run = _Run(writer, loader, bin, records, listener or Silent())
        try:
            run.read_all()
        except KeyboardInterrupt:
            run.tally.interrupted = True
        run.tally.generation = writer.publish().generation
    run.tally.seconds = time.monotonic() - run.started
    return run.tally


class _Loader:
    """Loads the model when it is needed first: a run without news never needs it."""

    def __init__(
        self, folder: Path, name: str | None, precision: Precision | None, records: _Records
    ) -> None:
        self._folder, self._name, self._precision = folder, name, precision
        self._records = records
        self._expected: Model | None = None

    def for_new_index(self) -> Model:
        """What a new index is made with."""
        self._expected = self.embedder.model
        return self._expected

    def expect(self, model: Model) -> None:
        """Hold to the model that an index was made with."""
        require_precision(self._folder, model, self._precision)
        is_new, self._expected = self._expected is not None, model
        if self._name is not None and not is_new:
            _ = self.embedder  # another one ends the run before anything is read

    @cached_property
    def embedder(self) -> Embedder:
        """The model, loaded."""
        expected = self._expected
        if expected is None:
            name, precision = self._name or DEFAULT_MODEL, self._precision or "auto"
            return load_new(self._folder, name, precision, self._records.sample)
        if self._name is not None and is_kept(expected):
            require_original(self._folder, expected, load_embedder(self._name).model)
        if self._name is None or is_kept(expected):
            return load_matching(self._folder, expected)
        embedder = load_embedder(self._name)
        require_match(self._folder, expected, embedder.model)
        return embedder


class _Records:
    """What the sources give, one after the other, with a look ahead."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = sources
        self._left: Iterator[Paper | Reject] = chain.from_iterable(sources)

    def sample(self) -> list[str]:
        """Texts of the papers among the next records, which are read all the same."""
        ahead = list(islice(self._left, SAMPLE))
        self._left = chain(ahead, self._left)
        return [document_text(record) for record in ahead if isinstance(record, Paper)]

    def batches(self) -> Iterator[list[Paper | Reject]]:
        """All records, in lists of at most :data:`BATCH`."""
        return iter(lambda: list(islice(self._left, BATCH)), [])


@dataclass
class _Run:
    """One call of :func:`add` under way."""

    writer: Writer
    loader: _Loader
    bin: RejectsFile
    records: _Records
    listener: Listener

    def __post_init__(self) -> None:
        self.tally = Tally()
        self.started = self._published = time.monotonic()
        self._estimated = False

    def read_all(self) -> None:
        """Take in all sources, batch by batch."""
        for batch in self.records.batches():
            self._take(batch)
            self._report()

    def _take(self, batch: Sequence[Paper | Reject]) -> None:
        """Commit the news among a batch of records."""
        papers = [record for record in batch if isinstance(record, Paper)]
        rejected = [record for record in batch if isinstance(record, Reject)]
        if rejected:
            self.tally.rejects_file = self.bin.write(rejected)
        known = self.writer.catalog.current({paper.id for paper in papers})
        news = self._news(papers, known)
        if news:
            self.writer.commit(self._embed(list(news.values())))
            self.tally.added += len(news.keys() - known.keys())
            self.tally.updated += len(news.keys() & known.keys())
        self.tally.rejected += len(rejected)
        self.tally.unchanged += len(papers) - len(news)

    def _news(self, papers: Iterable[Paper], known: dict[str, Paper]) -> dict[str, Paper]:
        """By id, each paper that is new or tells something new, merged with what was known."""
        news: dict[str, Paper] = {}
        for paper in papers:
            before = news.get(paper.id) or known.get(paper.id)
            after = merge(before, paper) if before else paper
            if after != before:
                news[paper.id] = after
        return news

    def _embed(self, papers: Sequence[Paper]) -> list[Entry]:
        """Entries of papers; only texts that were never embedded go through the model."""
        texts = {text_hash(text): text for text in map(document_text, papers)}
        vectors = self.writer.catalog.known_texts(texts)
        missing = [key for key in texts if key not in vectors]
        if missing:
            encoded = embed(self.loader.embedder, [texts[key] for key in missing])
            halves = encoded.vectors.astype("float16")
            for key, vector, truncated in zip(missing, halves, encoded.truncated, strict=True):
                vectors[key] = Known(vector, bool(truncated))
            self.tally.embedded += len(missing)
        entries = [_entry(paper, vectors) for paper in papers]
        self.tally.truncated += sum(entry.truncated for entry in entries)
        return entries

    def _report(self) -> None:
        now = time.monotonic()
        self.tally.seconds = now - self.started
        if now - self._published > PUBLISH_SECONDS:
            self.tally.generation = self.writer.publish().generation
            self._published = now
        fraction = _fraction(self.records.sources)
        if not self._estimated and fraction and self.tally.embedded >= BATCH // 2:
            self._estimated = True
            ahead = estimate(self.tally, fraction, self.writer.model.dimension)
            if ahead.seconds >= LONG_SECONDS:
                self.listener.estimated(ahead)
        self.listener.advanced(self.tally, fraction)


def _entry(paper: Paper, vectors: dict[str, Known]) -> Entry:
    key = text_hash(document_text(paper))
    return Entry(paper, key, vectors[key].vector, vectors[key].truncated)


def _fraction(sources: Sequence[Source]) -> float | None:
    """How much of the inputs is read, by bytes; ``None`` with standard input among them."""
    sizes = [source.size for source in sources]
    known = sum(size for size in sizes if size is not None)
    if None in sizes or not known:
        return None
    return sum(source.position for source in sources) / known


__all__ = ["Estimate", "Listener", "Tally", "add"]
