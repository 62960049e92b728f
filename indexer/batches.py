"""What sources give, in batches that are committed one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, groupby, islice
from operator import attrgetter
from typing import NamedTuple, TypeVar

from indexer.models.recipe import document_text
from indexer.papers.paper import Paper
from indexer.sources import Item, Removal, Source

T = TypeVar("T")

BATCH = 256
"""Papers in one commit: some seconds of embedding, which a kill may cost."""
SAMPLE = 400
"""Records that int8 is calibrated and checked on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Records that are taken in together.

    Attributes:
        records: In the order in which they came.
        second_hand: They only fill what others leave open.
        meta: Values of the index's description, committed together with them.
        fraction: How much of the inputs was read with them, ``None`` if unknown.
        numbers: Of papers that are rows of a table whose ids count rows, these by the papers' ids.
    """

    records: Sequence[Item]
    second_hand: bool
    meta: Mapping[str, str] = field(default_factory=dict)
    fraction: float | None = None
    numbers: Mapping[str, str] = field(default_factory=dict)


class _Read(NamedTuple):
    """A record; where it was read ahead, with how much of the inputs was read by then."""

    source: Source
    item: Item
    fraction: float | None = None


class Sample(NamedTuple):
    """The first papers of what is read.

    Attributes:
        texts: Of at most :data:`SAMPLE` papers.
        papers: How many there are in all, about; ``None`` if unknown.
    """

    texts: list[str]
    papers: int | None


def no_sample() -> Sample:
    """Of papers that can't be read ahead."""
    return Sample([], None)


class Records:
    """What sources give, one after the other, with a look ahead."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._left: Iterator[_Read] = (_Read(source, item) for source in sources for item in source)

    def sample(self) -> Sample:
        """The papers among the next records, which are read all the same."""
        ahead = [
            read._replace(fraction=_fraction(self._sources)) for read in islice(self._left, SAMPLE)
        ]
        self._left = chain(ahead, self._left)
        texts = [document_text(read.item) for read in ahead if isinstance(read.item, Paper)]
        share = ahead[-1].fraction if ahead else None
        return Sample(texts, round(len(texts) / share) if share else None)

    def batches(self) -> Iterator[Batch]:
        """All records, at most :data:`BATCH` of one source together."""
        for source, read in groupby(self._left, key=attrgetter("source")):
            for part in _parts(read):
                records = [one.item for one in part]
                fraction = part[-1].fraction
                yield Batch(
                    records=records,
                    second_hand=source.second_hand,
                    fraction=_fraction(self._sources) if fraction is None else fraction,
                    numbers=_numbers(source, records),
                )


def batches_of(
    records: Iterable[Item], *, second_hand: bool, meta: Mapping[str, str]
) -> list[Batch]:
    """Records that belong together, ``meta`` with the last of them; of none, one empty batch."""
    parts = list(_parts(records)) or [[]]
    batches = [Batch(records=part, second_hand=second_hand) for part in parts]
    return [*batches[:-1], replace(batches[-1], meta=meta)]


def last_words(records: Iterable[Item]) -> tuple[list[Paper], set[str]]:
    """The papers among some records, and the ids of those that they say last are gone."""
    papers: list[Paper] = []
    gone: set[str] = set()
    for record in records:
        if isinstance(record, Removal):
            papers = [paper for paper in papers if paper.id != record.id]
            gone.add(record.id)
        elif isinstance(record, Paper):
            papers.append(record)
            gone.discard(record.id)
    return papers, gone


def _numbers(source: Source, records: Iterable[Item]) -> dict[str, str]:
    """Numbers of rows, which the source needn't keep any longer."""
    if not source.numbers:
        return {}
    ids = {record.id for record in records if isinstance(record, Paper)}
    return {id: source.numbers.pop(id) for id in ids & source.numbers.keys()}


def _parts(source: Iterable[T]) -> Iterator[list[T]]:
    """Records in lists; where reading fails, those that came before are given first."""
    part: list[T] = []
    try:
        for record in source:
            part.append(record)
            if len(part) == BATCH:
                yield part
                part = []
    except Exception:
        if part:
            yield part
        raise
    if part:
        yield part


def _fraction(sources: Sequence[Source]) -> float | None:
    """How much of the inputs is read, by bytes; ``None`` with standard input among them."""
    sizes = [source.size for source in sources]
    known = sum(size for size in sizes if size is not None)
    if None in sizes or not known:
        return None
    return sum(source.position for source in sources) / known
