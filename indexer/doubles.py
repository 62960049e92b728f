"""Records that are of the same paper, put together: with each other, and with what is known.

What belongs together is what :func:`~indexer.names.meet` connects, also by way of others. The paper
that comes out keeps all ids and sources. It goes by the best id: arXiv's, since it is what people
paste and its paper is free to read, then the ACL Anthology's, a DOI, any other. The record that
bears that id tells the fields; those of others fill what it leaves open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce

from indexer.catalog import Catalog
from indexer.ids import preference
from indexer.names import Name, meet, names_of
from indexer.paper import Paper, merge


@dataclass(slots=True)
class Group:
    """What is of one paper.

    Attributes:
        known: Papers of the index, the one with the best id first; more than one if a record
            shows that they are the same.
        names: Of these.
        records: In the order of the input.
    """

    known: list[Paper] = field(default_factory=list)
    names: set[Name] = field(default_factory=set)
    records: list[Paper] = field(default_factory=list)

    def merged(self, *, second_hand: bool = False) -> Paper:
        """The one paper; ``second_hand`` as for :func:`~indexer.paper.merge`."""
        known = [reduce(merge, self.known)] if self.known else []
        return reduce(
            lambda old, new: merge(old, new, second_hand=second_hand), [*known, *self.records]
        )

    def all_names(self) -> set[Name]:
        """Of all that is in the group."""
        return self.names.union(*map(names_of, self.records))

    @property
    def folded(self) -> int:
        """How many papers the group holds more than one, by the ids that are new."""
        names = {name.name for name in self.names}
        new = {record.id for record in self.records} - names
        return len(self.known) + len(new) - 1 if self.known or new else 0


def grouped(catalog: Catalog, records: Sequence[Paper], *, keep_doubles: bool) -> list[Group]:
    """Records and the papers of the index that they are of, put together.

    Args:
        catalog: Of the index.
        records: A batch.
        keep_doubles: Only records of the same id are of one paper.
    """
    names = [names_of(record)[:1] if keep_doubles else names_of(record) for record in records]
    bearers = catalog.bearers({name.name for one in names for name in one}, own=keep_doubles)
    nodes = _Nodes()
    told: defaultdict[str, list[tuple[Name, int]]] = defaultdict(list)
    for name, row in bearers:
        told[name.name].append((name, -row))  # row ids are above 0, places of records from 0
    for place, one in enumerate(names):
        for name in one:
            for other, node in told[name.name]:
                if keep_doubles or meet(name, other):
                    nodes.join(place, node)
            told[name.name].append((name, place))
    return _groups(catalog, records, nodes)


def _groups(catalog: Catalog, records: Sequence[Paper], nodes: _Nodes) -> list[Group]:
    groups: dict[int, Group] = {}
    for place, record in enumerate(records):
        groups.setdefault(nodes.root(place), Group()).records.append(record)
    rows = {-node: nodes.root(node) for node in nodes.joined() if node < 0}
    for row, (paper, names) in catalog.described(rows).items():
        group = groups[rows[row]]
        group.known.append(paper)
        group.names |= names
    for group in groups.values():
        group.known.sort(key=lambda paper: preference(paper.id))
    return list(groups.values())


class _Nodes:
    """Disjoint sets of numbers (union-find with path halving)."""

    def __init__(self) -> None:
        self._parents: dict[int, int] = {}

    def root(self, node: int) -> int:
        """The number that stands for the set of ``node``."""
        parents = self._parents
        while (parent := parents.setdefault(node, node)) != node:
            parents[node] = node = parents[parent]
        return node

    def join(self, one: int, other: int) -> None:
        """Make one set of two."""
        self._parents[self.root(one)] = self.root(other)

    def joined(self) -> Iterable[int]:
        """All numbers that were named."""
        return self._parents.keys()


def doubles(groups: Iterable[Group]) -> Iterator[Group]:
    """Those that hold more than one paper."""
    return (group for group in groups if group.folded)
