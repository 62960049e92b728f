"""The write path, top to bottom: read, skip what is known, embed, commit, publish.

A batch is acknowledged when it is committed to the catalog. Whatever is killed after that, the
next start finds it; running the same command again continues where it stopped, since papers that
are known cost nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from indexer.catalog import Entry, Known
from indexer.embedding import DEFAULT_MODEL, Embedder, Model, load_embedder
from indexer.errors import NearpaperError
from indexer.matching import require_match
from indexer.paper import Paper, merge, text_hash
from indexer.progress import Estimate, Listener, Silent, Tally, estimate
from indexer.recipe import document_text, embed
from indexer.rejects import RejectsFile
from indexer.sources import Item, Reject, Removal, Source, open_source
from indexer.writer import Writer

BATCH = 256
"""Papers in one commit: some seconds of embedding, which a kill may cost."""
LONG_SECONDS = 10.0
"""What is left of a build from which on people are told what it will take."""
PUBLISH_SECONDS = 30.0
"""How long readers may wait for what was committed during a long run."""


def add(
    folder: Path,
    inputs: Sequence[str],
    *,
    format: str | None = None,
    model: str | None = None,
    rejects: Path | None = None,
    listener: Listener | None = None,
) -> Tally:
    """Add and update the papers of ``inputs`` in an index, which is made if it isn't there.

    Args:
        folder: Where the index is.
        inputs: Paths, or ``-`` for standard input.
        format: Name of the inputs' format; guessed from each one's content by default.
        model: For a new index, what embeds; an existing one keeps the model it was made with.
        rejects: Where records that are no papers are listed; by default in the index's folder.
        listener: Is told of the progress.

    Returns:
        What was done. Ctrl-C ends a run early and in good order.
    """
    with ExitStack() as stack:
        # An input that can't be read ends the run before anything is made.
        sources = [stack.enter_context(open_source(path, format)) for path in inputs]
        run = stack.enter_context(
            opened(folder, model=model, rejects=rejects, listener=listener or Silent())
        )
        run.read_all(sources)
    return run.tally


@contextmanager
def opened(
    folder: Path, *, model: str | None, rejects: Path | None, listener: Listener
) -> Iterator[Run]:
    """An index open for a run; what the run committed is published at its end, however it ends.

    Ctrl-C ends the block early and in good order, marked in the tally.
    """
    started = time.monotonic()
    loader = _Loader(folder, model)
    with (
        Writer(folder, create=loader.for_new_index) as writer,
        RejectsFile(rejects or folder / "rejects.jsonl") as bin,
    ):
        loader.expect(writer.model)
        run = Run(writer, loader, bin, listener)
        try:
            yield run
        except KeyboardInterrupt:
            run.tally.interrupted = True
        except NearpaperError:
            writer.publish()
            raise
        run.tally.generation = writer.publish().generation
    run.tally.seconds = time.monotonic() - started


class _Loader:
    """Loads the model when it is needed first: a run without news never needs it."""

    def __init__(self, folder: Path, name: str | None) -> None:
        self._folder, self._name = folder, name
        self._expected: Model | None = None

    def for_new_index(self) -> Model:
        """What a new index is made with."""
        self._expected = self.embedder.model
        return self._expected

    def expect(self, model: Model) -> None:
        """Hold to the model that an index was made with."""
        if self._name is not None and self._expected is None:
            require_match(self._folder, model, self.embedder.model)
        self._expected = model

    @cached_property
    def embedder(self) -> Embedder:
        """The model, loaded."""
        name = self._name or (self._expected.name if self._expected else DEFAULT_MODEL)
        embedder = load_embedder(name)
        if self._expected is not None:
            require_match(self._folder, self._expected, embedder.model)
        return embedder


@dataclass
class Run:
    """Records on their way into an index, between opening and publishing it."""

    writer: Writer
    loader: _Loader
    bin: RejectsFile
    listener: Listener

    def __post_init__(self) -> None:
        self.tally = Tally()
        self.started = self._published = time.monotonic()
        self._estimated = False

    def read_all(self, sources: Sequence[Source]) -> None:
        """Take in all sources, batch by batch."""
        for source in sources:
            for batch in _batches(source):
                self._take(batch)
                self.report(_fraction(sources))

    def take(self, records: Sequence[Item], meta: Mapping[str, str]) -> None:
        """Take in records that belong together, batch by batch.

        Args:
            records: In the order in which they came.
            meta: Values of the index's description, committed together with the last batch.
        """
        batches = list(_batches(records)) or [[]]
        for batch in batches[:-1]:
            self._take(batch)
        self._take(batches[-1], meta)

    def _take(self, batch: Sequence[Item], meta: Mapping[str, str] | None = None) -> None:
        """Commit the news among a batch of records."""
        rejected = [record for record in batch if isinstance(record, Reject)]
        if rejected:
            self.tally.rejects_file = self.bin.write(rejected)
        changes = [record for record in batch if not isinstance(record, Reject)]
        known = self.writer.catalog.current({record.id for record in changes})
        news = _news(changes, known)
        papers = [paper for paper in news.values() if paper]
        gone = [id for id, paper in news.items() if paper is None]
        if news or meta:
            self.writer.commit(self._embed(papers), gone, meta or {})
        self.tally.added += sum(paper.id not in known for paper in papers)
        self.tally.updated += sum(paper.id in known for paper in papers)
        self.tally.removed += len(gone)
        self.tally.rejected += len(rejected)
        self.tally.unchanged += len(changes) - len(news)

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

    def report(self, fraction: float | None) -> None:
        """Say how far the run is, and let readers see it from time to time."""
        now = time.monotonic()
        self.tally.seconds = now - self.started
        if now - self._published > PUBLISH_SECONDS:
            self.tally.generation = self.writer.publish().generation
            self._published = now
        if not self._estimated and fraction and self.tally.embedded >= BATCH // 2:
            self._estimated = True
            ahead = estimate(self.tally, fraction, self.writer.model.dimension)
            if ahead.seconds >= LONG_SECONDS:
                self.listener.estimated(ahead)
        self.listener.advanced(self.tally, fraction)


def _news(
    records: Iterable[Paper | Removal], known: Mapping[str, Paper]
) -> dict[str, Paper | None]:
    """By id, each paper that is new or tells something new, merged with what was known.

    ``None`` stands for a known paper that is gone.
    """
    news: dict[str, Paper | None] = {}
    for record in records:
        before = news[record.id] if record.id in news else known.get(record.id)
        after = _after(before, record)
        if after != before:
            news[record.id] = after
        if after is None and record.id not in known:
            news.pop(record.id, None)
    return news


def _after(before: Paper | None, record: Paper | Removal) -> Paper | None:
    if isinstance(record, Removal):
        return None
    return merge(before, record) if before else record


def _entry(paper: Paper, vectors: dict[str, Known]) -> Entry:
    key = text_hash(document_text(paper))
    return Entry(paper, key, vectors[key].vector, vectors[key].truncated)


def _batches(source: Iterable[Item]) -> Iterator[list[Item]]:
    records = iter(source)
    return iter(lambda: list(islice(records, BATCH)), [])


def _fraction(sources: Sequence[Source]) -> float | None:
    """How much of the inputs is read, by bytes; ``None`` with standard input among them."""
    sizes = [source.size for source in sources]
    known = sum(size for size in sizes if size is not None)
    if None in sizes or not known:
        return None
    return sum(source.position for source in sources) / known


__all__ = ["Estimate", "Listener", "Run", "Tally", "add", "opened"]
