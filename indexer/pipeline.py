"""The write path, top to bottom: read, skip what is known, embed, commit, publish.

A batch is acknowledged when it is committed to the catalog. Whatever is killed after that, the
next start finds it; running the same command again continues where it stopped, since papers that
are known cost nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from indexer.batches import BATCH, Batch, Records, Sample, batches_of, last_words, no_sample
from indexer.closeness.fitting import fitted_again
from indexer.deduplication import Group, grouped
from indexer.embedding.embedder_selection import EmbedderSelection
from indexer.embedding.lookahead import Lookahead
from indexer.entries import Embedded, Entry
from indexer.errors import UsageError
from indexer.files import require_outside
from indexer.location import Location, using_store
from indexer.models.bulk import held_back
from indexer.models.choice import Named
from indexer.models.precision import Precision
from indexer.models.recipe import document_text
from indexer.papers.folding import words
from indexer.papers.identity import Name
from indexer.papers.paper import Paper, text_hash
from indexer.progress import Estimate, Listener, Silent, Tally, estimate
from indexer.ray.options import RayOptions
from indexer.rejects import RejectsFile, require_no_input
from indexer.sources import STDIN, Item, Reject, open_source
from indexer.store import Writer

LONG_SECONDS = 10.0
"""What is left of a build from which on people are told what it will take."""
PUBLISH_SECONDS = 30.0
"""How long readers may wait for what was committed during a long run."""
PUBLISH_SHARE = 4.0
"""Times as long as publishing took they wait in a large index, so that most of a run is embedding.
"""
SHOWN_SECONDS = 0.2
"""Between two looks at a batch under way."""

News = tuple[Paper, Group]
"""A paper of which something is new, and what it was put together from."""


def add(
    location: Location,
    inputs: Sequence[str],
    *,
    format: str | None = None,
    model: Named | None = None,
    precision: Precision | None = None,
    rejects: Path | None = None,
    keep_duplicates: bool = False,
    keep_numbers: bool = False,
    ray: RayOptions | None = None,
    listener: Listener | None = None,
) -> Tally:
    """Add and update the papers of ``inputs`` in an index, which is made if it isn't there.

    Args:
        location: Where the index is.
        inputs: Paths, or ``-`` for standard input.
        format: Name of the inputs' format; guessed from each one's content by default.
        model: For a new index, what embeds; an existing one keeps the model it was made with.
        precision: For a new index; an existing one keeps its own. ``int8`` is calibrated on the
            first :data:`~indexer.batches.SAMPLE` papers. By default chosen, see
            :mod:`indexer.embedding.embedder_selection`.
        rejects: Where records that aren't papers are listed; by default in the index's folder. An
            index without one has them only counted.
        keep_duplicates: Let only records of the same id be one paper, see
            :mod:`indexer.deduplication`.
        keep_numbers: Take ids of a table for what they are, also where they only count its rows.
        ray: Embed on Ray, where this says.
        listener: Is told of the progress.

    Returns:
        What was done. Ctrl-C ends a run early and in good order.
    """
    if inputs.count(STDIN) > 1:
        raise UsageError("standard input (-) is named twice; it can be read only once")
    with ExitStack() as stack:
        # An input that can't be read ends the run before anything is made.
        sources = [
            stack.enter_context(open_source(path, format, keep_numbers=keep_numbers))
            for path in inputs
        ]
        records = Records(sources)
        run = stack.enter_context(
            opened(
                location,
                model=model,
                precision=precision,
                sample=records.sample,
                rejects=rejects,
                inputs=inputs,
                keep_duplicates=keep_duplicates,
                ray=ray,
                listener=listener or Silent(),
            )
        )
        run.tally.inputs = [source.report for source in sources]
        for batch in run.in_turn(records.batches()):
            run.take_batch(batch)
            run.report(batch.fraction)
    return run.tally


@contextmanager
def opened(
    location: Location,
    *,
    model: Named | None = None,
    precision: Precision | None = None,
    sample: Callable[[], Sample] = no_sample,
    rejects: Path | None = None,
    inputs: Sequence[str] = (),
    keep_duplicates: bool = False,
    ray: RayOptions | None = None,
    listener: Listener,
    create: bool = True,
) -> Iterator[Run]:
    """An index open for a run; what it committed is published at its end.

    ``sample`` gives the first papers to come, which int8 is calibrated on. No rejects are written
    over the ``inputs``, nor among the files of the index. Without ``create`` a
    missing index is an error. Ctrl-C ends the block early and in good order, marked in the tally.
    """
    started = time.monotonic()
    with ExitStack() as stack:
        store = stack.enter_context(using_store(location))
        if rejects is not None:
            require_outside(rejects, store.workspace)
        elif store.workspace is not None:
            rejects = store.workspace / "rejects.jsonl"
        if rejects is not None:
            require_no_input(rejects, map(Path, inputs))
        model_of_run = EmbedderSelection(store, model, precision, sample, ray)
        writer = stack.enter_context(store.writer(model_of_run.for_new_index if create else None))
        model_of_run.expect(writer.model)
        rejected = stack.enter_context(RejectsFile(rejects))
        run = Run(writer, model_of_run, rejected, listener, keep_duplicates)
        try:
            with closing(model_of_run):
                yield run
        except KeyboardInterrupt:
            run.tally.interrupted = True
        run.tally.generation = writer.publish().generation
        if not run.tally.interrupted:
            with using_store(location) as published:
                found = fitted_again(published, lambda: model_of_run.embedder)
            if found:
                writer.commit((), meta=found)
    run.tally.seconds = time.monotonic() - started


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
        self._lookahead = Lookahead(self.model)
        self.started = time.monotonic()
        self._due = self.started + PUBLISH_SECONDS
        self._estimated = False
        self._fraction: float | None = None
        self._first: tuple[float, int] | None = None
        self._shown = self.started

    def take(self, records: Sequence[Item], *, second_hand: bool, meta: Mapping[str, str]) -> None:
        """Take in records that belong together, batch by batch.

        Args:
            records: In the order in which they came.
            second_hand: They only fill what others leave open.
            meta: Values of the index's description, committed together with the last batch.
        """
        for batch in self.in_turn(batches_of(records, second_hand=second_hand, meta=meta)):
            self.take_batch(batch)

    def in_turn(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """The same batches, with the next ones being embedded.

        What is news in a batch is only sure when those before are committed, so that a text may be
        embedded for nothing, or only in its turn. The index becomes the same.
        """
        begun = ((batch, self._begin(batch)) for batch in batches)
        for batch, texts in held_back(begun, lambda: self.model.lead):
            yield batch
            self._lookahead.forget(texts)

    def _begin(self, batch: Batch) -> list[str]:
        papers, _ = last_words(self._settled(batch))
        texts = _texts(self._news(papers, second_hand=batch.second_hand))
        known = self.writer.embedded(texts)
        return self._lookahead.begin({key: texts[key] for key in texts if key not in known})

    def take_batch(self, batch: Batch) -> None:
        """Commit the news among a batch of records."""
        rejected = [record for record in batch.records if isinstance(record, Reject)]
        if rejected:
            self.tally.rejects_file = self.rejects.write(rejected)
        papers, gone = last_words(self._settled(batch))
        news = self._news(papers, second_hand=batch.second_hand)
        removed = {paper.id for paper in self.writer.current(gone).values()}
        vectors, whole = self._vectors(news, batch.fraction)
        if not whole:  # of a harvest, the place stays where the page began
            news = [one for one in news if text_hash(document_text(one[0])) in vectors]
            removed, batch = set(), replace(batch, meta={})
        if news or removed or batch.meta:
            replaced = [held.paper.id for _, group in news for held in group.known.values()]
            self.writer.commit(self._entries(news, vectors), [*replaced, *removed], batch.meta)
        self.tally.ahead = 0
        self._count(news)
        self.tally.removed += len(removed)
        self.tally.rejected += len(rejected)
        if not whole:
            raise KeyboardInterrupt
        self.tally.unchanged += len(batch.records) - len(rejected) - len(news) - len(removed)
        self._fraction = batch.fraction

    def _settled(self, batch: Batch) -> Sequence[Item]:
        """The records of a batch.

        Papers that an older version indexed by the numbers of their rows in a table keep these.
        """
        if not batch.numbers:
            return batch.records
        known = self.writer.current(batch.numbers.values())
        return [
            replace(record, id=number)
            if isinstance(record, Paper)
            and (number := batch.numbers.get(record.id))
            and (held := known.get(number))
            and held.id == number
            and words(held.title) == words(record.title)
            else record
            for record in batch.records
        ]

    def _news(self, papers: Sequence[Paper], *, second_hand: bool) -> list[News]:
        groups = grouped(self.writer, papers, keep_duplicates=self.keep_duplicates)
        return [
            (paper, group) for group in groups if (paper := group.news(second_hand=second_hand))
        ]

    def _count(self, news: Sequence[News]) -> None:
        self.tally.updated += sum(bool(group.known) for _, group in news)
        self.tally.added += sum(not group.known for _, group in news)
        self.tally.folded += sum(group.folded for _, group in news)

    def _vectors(
        self, news: Sequence[News], fraction: float | None
    ) -> tuple[dict[str, Embedded], bool]:
        """Vectors by the hashes of the texts, and whether these are all: Ctrl-C ends the work.

        Only texts that were never embedded go through the model.
        """
        texts = _texts(news)
        found = dict(self.writer.embedded(texts))
        missing = {key: texts[key] for key in texts if key not in found}
        left = len(missing)
        try:
            for part in self._lookahead.in_parts(missing):
                found |= part
                left -= len(part)
                self.tally.embedded += len(part)
                self._show(len(missing) - left, len(missing), fraction)
        except KeyboardInterrupt:
            return found, False
        return found, True

    def _show(self, done: int, of: int, after: float | None) -> None:
        """Tell of a batch under way, with which ``after`` of the inputs is read."""
        now = time.monotonic()
        if self._first is None:
            # Loading the model took its time, too.
            self._first = now, self.tally.embedded
        if done == of or now - self._shown < SHOWN_SECONDS:
            return
        self._shown, self.tally.ahead, self.tally.seconds = now, done, now - self.started
        if after is not None:
            after -= (after - (self._fraction or 0.0)) * (of - done) / of
        self.listener.advanced(self.tally, after)

    def _rate(self) -> float:
        """Papers a second since the model was there; some need not be embedded."""
        start, embedded = self._first or (self.started, 0)
        return max(self.tally.embedded - embedded, 1) / max(time.monotonic() - start, 1e-3)

    def _entries(self, news: Sequence[News], vectors: dict[str, Embedded]) -> list[Entry]:
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
        # Batches that are embedded at once are done at once, and would seem to have taken long.
        enough = BATCH // 2 + BATCH * self.model.lead
        if not self._estimated and fraction and self.tally.embedded >= enough:
            self._estimated = True
            ahead = estimate(self.tally, fraction, self.writer.model.dimension, self._rate())
            if ahead.seconds >= LONG_SECONDS:
                self.listener.estimated(ahead)
        self.listener.advanced(self.tally, fraction)


def _texts(news: Iterable[News]) -> dict[str, str]:
    """What is to be embedded of papers, by its hash."""
    texts = (document_text(paper) for paper, _ in news)
    return {text_hash(text): text for text in texts}


def _entry(
    paper: Paper, vectors: dict[str, Embedded], names: Iterable[Name], arrived: int | None
) -> Entry:
    key = text_hash(document_text(paper))
    return Entry(paper, key, vectors[key].vector, vectors[key].truncated, names, arrived)


__all__ = ["Estimate", "Listener", "Run", "Tally", "add", "opened"]
