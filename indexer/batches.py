"""What sources give, in batches that are committed one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, groupby, islice
from operator import itemgetter

from indexer.models.recipe import document_text
from indexer.papers.paper import Paper
from indexer.sources import Item, Source

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
    """

    records: Sequence[Item]
    second_hand: bool
    meta: Mapping[str, str] = field(default_factory=dict)
    fraction: float | None = None


class Records:
    """What sources give, one after the other, with a look ahead."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._left: Iterator[tuple[Source, Item]] = (
            (source, item) for source in sources for item in source
        )

    def sample(self) -> list[str]:
        """Texts of the papers among the next records, which are read all the same."""
        ahead = list(islice(self._left, SAMPLE))
        self._left = chain(ahead, self._left)
        return [document_text(record) for _, record in ahead if isinstance(record, Paper)]

    def batches(self) -> Iterator[Batch]:
        """All records, at most :data:`BATCH` of one source together."""
        for source, pairs in groupby(self._left, key=itemgetter(0)):
            for records in _parts(record for _, record in pairs):
                fraction = _fraction(self._sources)
                yield Batch(records=records, second_hand=source.second_hand, fraction=fraction)


def batches_of(
    records: Iterable[Item], *, second_hand: bool, meta: Mapping[str, str]
) -> list[Batch]:
    """Records that belong together, ``meta`` with the last of them; of none, one empty batch."""
    parts = list(_parts(records)) or [[]]
    batches = [Batch(records=part, second_hand=second_hand) for part in parts]
    return [*batches[:-1], replace(batches[-1], meta=meta)]


def _parts(source: Iterable[Item]) -> Iterator[list[Item]]:
    records = iter(source)
    return iter(lambda: list(islice(records, BATCH)), [])


def _fraction(sources: Sequence[Source]) -> float | None:
    """How much of the inputs is read, by bytes; ``None`` with standard input among them."""
    sizes = [source.size for source in sources]
    known = sum(size for size in sizes if size is not None)
    if None in sizes or not known:
        return None
    return sum(source.position for source in sources) / known
