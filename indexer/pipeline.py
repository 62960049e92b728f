"""The write path, top to bottom: read, skip what is known, embed, commit, publish.

A batch is acknowledged when it is committed to the catalog. Whatever is killed after that, the
next start finds it; running the same command again continues where it stopped, since papers that
are known cost nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain, groupby, islice
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType

from indexer.deduplication import Group, grouped
from indexer.embedder_selection import EmbedderSelection, no_sample
from indexer.entries import Embedded, Entry
from indexer.location import Location, using_store
from indexer.models.precision import Precision
from indexer.models.recipe import document_text, embed
from indexer.papers.identity import Name
from indexer.papers.paper import Paper, text_hash
from indexer.progress import Estimate, Listener, Silent, Tally, estimate
from indexer.rejects import RejectsFile
from indexer.sources import Item, Reject, Removal, Source, open_source
from indexer.store import Writer

BATCH = 256
"""Papers in one commit: some seconds of embedding, which a kill may cost."""
LONG_SECONDS = 10.0
"""What is left of a build from which on people are told what it will take."""
SAMPLE = 400
"""Records that int8 is calibrated and checked on."""
PUBLISH_SECONDS = 30.0
"""How long readers may wait for what was committed during a long run."""
PUBLISH_SHARE = 4.0
"""Times as long as publishing took they wait in a large index, so that most of a run is embedding.
"""

News = tuple[Paper, Group]
"""A paper of which something is new, and what it was put together from."""


def add(
    location: Location,
    inputs: Sequence[str],
    *,
    format: str | None = None,
    model: str | None = None,
    precision: Precision | None = None,
    rejects: Path | None = None,
    keep_duplicates: bool = False,
    listener: Listener | None = None,
) -> Tally:
    """Add and update the papers of ``inputs`` in an index, which is made if it isn't there.

    Args:
        location: Where the index is.
        inputs: Paths, or ``-`` for standard input.
        format: Name of the inputs' format; guessed from each one's content by default.
        model: For a new index, what embeds; an existing one keeps the model it was made with.
        precision: For a new index; an existing one keeps its own. ``int8`` is calibrated on the
            first :data:`SAMPLE` papers.
        rejects: Where records that aren't papers are listed; by default in the index's folder. An
            index without one has them only counted.
        keep_duplicates: Let only records of the same id be one paper, see
            :mod:`indexer.deduplication`.
        listener: Is told of the progress.

    Returns:
        What was done. Ctrl-C ends a run early and in good order.
    """
    with ExitStack() as stack:
        # An input that can't be read ends the run before anything is made.
        sources = [stack.enter_context(open_source(path, format)) for path in inputs]
        records = _Records(sources)
        run = stack.enter_context(
            opened(
                location,
                model=model,
                precision=precision,
                sample=records.sample,
                rejects=rejects,
                keep_duplicates=keep_duplicates,
                listener=listener or Silent(),
            )
        )
        for source, batch in records.batches():
            run.take_batch(batch, second_hand=source.second_hand)
            run.report(_fraction(sources))
    return run.tally


@contextmanager
def opened(
    location: Location,
    *,
    model: str | None = None,
    precision: Precision | None = None,
    sample: Callable[[], list[str]] = no_sample,
    rejects: Path | None = None,
    keep_duplicates: bool = False,
    listener: Listener,
    create: bool = True,
) -> Iterator[Run]:
    """An index open for a run; what it committed is published at its end.

    ``sample`` gives texts of the papers to come, which int8 is calibrated on. Without ``create`` a
    missing index is an error. Ctrl-C ends the block early and in good order, marked in the tally.
    """
    started = time.monotonic()
    with ExitStack() as stack:
        store = stack.enter_context(using_store(location))
        model_of_run = EmbedderSelection(store, model, precision, sample)
        writer = stack.enter_context(store.writer(model_of_run.for_new_index if create else None))
        if rejects is None and store.workspace is not None:
            rejects = store.workspace / "rejects.jsonl"
        rejected = stack.enter_context(RejectsFile(rejects))
        model_of_run.expect(writer.model)
        run = Run(writer, model_of_run, rejected, listener, keep_duplicates)
        try:
            yield run
        except KeyboardInterrupt:
            run.tally.interrupted = True
        run.tally.generation = writer.publish().generation
    run.tally.seconds = time.monotonic() - started


class _Records:
    """What the sources give, one after the other, with a look ahead."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._left: Iterator[tuple[Source, Item]] = (
            (source, item) for source in sources for item in source
        )

    def sample(self) -> list[str]:
        """Texts of the papers among the next records, which are read all the same."""
        ahead = list(islice(self._left, SAMPLE))
        self._left = chain(ahead, self._left)
        return [document_text(record) for _, record in ahead if isinstance(record, Paper)]

    def batches(self) -> Iterator[tuple[Source, list[Item]]]:
        """All records, in lists of at most :data:`BATCH` of one source."""
        for source, pairs in groupby(self._left, key=itemgetter(0)):
            for batch in _batches(record for _, record in pairs):
                yield source, batch


@dataclass
class Run:
    """Records on their way into an index, between opening and publishing it."""

    writer: Writer
    model: EmbedderSelection
    rejects: RejectsFile
    listener: Listener
    keep_duplicates: bool

    def __post_init__(self) -> None:
        self.tally = Tally()
        self.started = time.monotonic()
        self._due = self.started + PUBLISH_SECONDS
        self._estimated = False

    def take(self, records: Sequence[Item], *, second_hand: bool, meta: Mapping[str, str]) -> None:
        """Take in records that belong together, batch by batch.

        Args:
            records: In the order in which they came.
            second_hand: They only fill what others leave open.
            meta: Values of the index's description, committed together with the last batch.
        """
        batches = list(_batches(records)) or [[]]
        for batch in batches[:-1]:
            self.take_batch(batch, second_hand=second_hand)
        self.take_batch(batches[-1], second_hand=second_hand, meta=meta)

    def take_batch(
        self,
        batch: Sequence[Item],
        *,
        second_hand: bool,
        meta: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Commit the news among a batch of records."""
        rejected = [record for record in batch if isinstance(record, Reject)]
        if rejected:
            self.tally.rejects_file = self.rejects.write(rejected)
        papers, gone = _last_words(batch)
        groups = grouped(self.writer, papers, keep_duplicates=self.keep_duplicates)
        news = [
            (paper, group) for group in groups if (paper := group.news(second_hand=second_hand))
        ]
        removed = {paper.id for paper in self.writer.current(gone).values()}
        if news or removed or meta:
            replaced = [held.paper.id for _, group in news for held in group.known.values()]
            self.writer.commit(self._embed(news), [*replaced, *removed], meta)
        self._count(news)
        self.tally.removed += len(removed)
        self.tally.rejected += len(rejected)
        self.tally.unchanged += len(batch) - len(rejected) - len(news) - len(removed)

    def _count(self, news: Sequence[News]) -> None:
        self.tally.updated += sum(bool(group.known) for _, group in news)
        self.tally.added += sum(not group.known for _, group in news)
        self.tally.folded += sum(group.folded for _, group in news)

    def _embed(self, news: Sequence[News]) -> list[Entry]:
        """Entries of papers; only texts that were never embedded go through the model."""
        texts = {text_hash(text): text for text in (document_text(paper) for paper, _ in news)}
        vectors = self.writer.embedded(texts)
        missing = [key for key in texts if key not in vectors]
        if missing:
            encoded = embed(self.model.embedder, [texts[key] for key in missing])
            halves = encoded.vectors.astype("float16")
            for key, vector, truncated in zip(missing, halves, encoded.truncated, strict=True):
                vectors[key] = Embedded(vector, bool(truncated))
            self.tally.embedded += len(missing)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        entries = [
            _entry(
                replace(paper, harvested=now),
                vectors,
                group.told | group.names,
                min((held.arrived for held in group.known.values()), default=None),
            )
            for paper, group in news
        ]
        self.tally.truncated += sum(entry.truncated for entry in entries)
        return entries

    def report(self, fraction: float | None) -> None:
        """Say how far the run is, and let readers see it from time to time."""
        now = time.monotonic()
        self.tally.seconds = now - self.started
        if now > self._due:
            self.tally.generation = self.writer.publish().generation
            took = time.monotonic() - now
            self._due = now + took + max(PUBLISH_SECONDS, PUBLISH_SHARE * took)
        if not self._estimated and fraction and self.tally.embedded >= BATCH // 2:
            self._estimated = True
            ahead = estimate(self.tally, fraction, self.writer.model.dimension)
            if ahead.seconds >= LONG_SECONDS:
                self.listener.estimated(ahead)
        self.listener.advanced(self.tally, fraction)


def _last_words(batch: Iterable[Item]) -> tuple[list[Paper], set[str]]:
    """The papers of a batch, and the ids of those of which it says last that they are gone."""
    papers: list[Paper] = []
    gone: set[str] = set()
    for record in batch:
        if isinstance(record, Removal):
            papers = [paper for paper in papers if paper.id != record.id]
            gone.add(record.id)
        elif isinstance(record, Paper):
            papers.append(record)
            gone.discard(record.id)
    return papers, gone


def _entry(
    paper: Paper, vectors: dict[str, Embedded], names: Iterable[Name], arrived: int | None
) -> Entry:
    key = text_hash(document_text(paper))
    return Entry(paper, key, vectors[key].vector, vectors[key].truncated, names, arrived)


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
