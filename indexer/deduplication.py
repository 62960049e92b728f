"""Records that are of the same paper, put together: with each other, and with what is known.

What belongs together is what :func:`~indexer.papers.identity.meet` connects, also by way of
others, but never two papers of one archive: what would connect these goes to the first. The merged
paper keeps all ids and sources. It goes by the best id: arXiv's, since it is
what people paste and its paper is free to read, then the ACL Anthology's, a DOI, any other. The
record that has that id sets the fields; the others fill what it leaves open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import chain

from indexer.entries import Held
from indexer.papers.identity import CITED, Name, differ, is_doi, meet, names_of
from indexer.papers.ids import archive_of, preference, title_id
from indexer.papers.paper import Paper, merge
from indexer.store import Writer

_TOLD = 1_000
"""Records of one DOI that are compared with each other: more than a book has chapters."""


@dataclass(slots=True)
class Group:
    """What is of one paper.

    Attributes:
        known: Papers of the index by row number; more than one if a record shows that they are
            the same.
        records: In the order of the input.
        told: Names that the records tell.
    """

    known: dict[int, Held] = field(default_factory=dict)
    records: list[Paper] = field(default_factory=list)
    told: set[Name] = field(default_factory=set)

    def news(self, *, second_hand: bool = False) -> Paper | None:
        """The one paper, if it isn't known just so; ``second_hand`` as for ``merge``."""
        known = [held.paper for held in self.known.values()]
        known.sort(key=lambda paper: preference(paper.id))
        paper = reduce(merge, known) if known else self.records[0]
        for record in self.records:
            paper = merge(paper, record, second_hand=second_hand)
        return None if known == [paper] and all(map(self._is_told, self.told)) else paper

    def _is_told(self, name: Name) -> bool:
        """Whether a name is known; older indexes don't say of a DOI whose work it names."""
        return name in self.names or name._replace(author="") in self.names

    @property
    def names(self) -> set[Name]:
        """By which the papers of the index are known."""
        return {name for held in self.known.values() for name in held.names}

    @property
    def folded(self) -> int:
        """How many papers the group held before that are now one with another."""
        names = {name.name for name in self.names}
        new = {record.id for record in self.records} - names
        return len(self.known) + len(new) - 1


def grouped(writer: Writer, records: Sequence[Paper], *, keep_duplicates: bool) -> list[Group]:
    """Records and the papers of the index that they are of, put together.

    Args:
        writer: Of the index.
        records: A batch.
        keep_duplicates: Only records of the same id are of one paper.
    """
    names = list(map(names_of, records))
    linking, bearers = _linking(writer, names, keep_duplicates=keep_duplicates)
    if strangers := _strangers(writer, linking, bearers):
        records = [
            _without_doi(record) if place in strangers else record
            for place, record in enumerate(records)
        ]
        names = list(map(names_of, records))
        linking, bearers = _linking(writer, names, keep_duplicates=keep_duplicates)
    known = writer.known({row for _, row in bearers})
    bearers = [bearer for bearer in bearers if bearer[1] in known]
    nodes = _joined(linking, bearers, _ids_of(names, known))
    groups: defaultdict[int, Group] = defaultdict(Group)
    for place, record in enumerate(records):
        group = groups[nodes.root(place)]
        group.records.append(record)
        group.told.update(names[place])
    for row, held in known.items():
        if (root := nodes.root(-row)) in groups:
            groups[root].known[row] = held
    return list(groups.values())


def _ids_of(names: Sequence[Sequence[Name]], known: Mapping[int, Held]) -> dict[int, list[str]]:
    """What records go by, and papers of the index under their negated rows: their own ids first."""
    records = {place: [name.name for name in one] for place, one in enumerate(names)}
    papers = {
        -row: [held.paper.id, *(name.name for name in held.names)] for row, held in known.items()
    }
    return records | papers


def _linking(
    writer: Writer, names: Sequence[Sequence[Name]], *, keep_duplicates: bool
) -> tuple[list[list[Name]], list[tuple[Name, int]]]:
    """Of each record's names those by which it may be joined to others, and where these stand."""
    joining = [[name for name in one if name.archive != CITED] for one in names]
    linking = [one[:1] for one in joining] if keep_duplicates else joining
    wanted = {name.name for one in linking for name in one}
    return linking, writer.bearers(wanted, own=keep_duplicates)


def _strangers(
    writer: Writer, names: Sequence[Sequence[Name]], bearers: Iterable[tuple[Name, int]]
) -> set[int]:
    """Places of records with a DOI that other papers have, too, and that isn't known as theirs."""
    told: defaultdict[str, set[Name]] = defaultdict(set)
    for name in (*chain.from_iterable(names), *(name for name, _ in bearers)):
        if is_doi(name.name) and len(told[name.name]) < _TOLD:
            told[name.name].add(name)
    shared = {
        (place, name)
        for place, one in enumerate(names)
        for name in one
        if any(differ(name, other) for other in told.get(name.name, ()))
    }
    if not shared:
        return set()
    owners: defaultdict[str, list[Name]] = defaultdict(list)
    for name, _ in writer.bearers({name.name for _, name in shared}, own=True):
        owners[name.name].append(name)
    return {
        place
        for place, name in shared
        if all(differ(name, owner) for owner in owners.get(name.name, ()))
    }


def _without_doi(record: Paper) -> Paper:
    """A chapter that carries the DOI of its book: it keeps that, and goes by another name."""
    ids = tuple(id for id in record.ids if not is_doi(id))
    if not is_doi(record.id):
        return replace(record, ids=ids)
    own = title_id(record.title, "".join(record.authors[:1]))
    return replace(record, id=own, ids=tuple(id for id in ids if id != own))


def _joined(
    names: Sequence[Sequence[Name]],
    bearers: Iterable[tuple[Name, int]],
    ids: Mapping[int, Sequence[str]],
) -> _Nodes:
    """Places of records, and negated row numbers, joined where their names meet."""
    told: defaultdict[str, list[tuple[Name, int]]] = defaultdict(list)
    for name, row in sorted(bearers, key=lambda bearer: bearer[1]):
        told[name.name].append((name, -row))
    links: list[tuple[int, int]] = []
    for place, one in enumerate(names):
        for name in one:
            links += [(place, node) for other, node in told[name.name] if meet(name, other)]
            told[name.name].append((name, place))
    nodes = _Nodes(ids)
    by_others = []
    for link in links:  # records of one id are of one paper, whatever else they tell
        if ids[link[0]][0] == ids[link[1]][0]:
            nodes.join(*link)
        else:
            by_others.append(link)
    for link in by_others:
        if not nodes.are_two(*link):
            nodes.join(*link)
    return nodes


class _Nodes:
    """Disjoint sets of numbers (union-find with path halving), with the ids of what they are."""

    def __init__(self, ids: Mapping[int, Sequence[str]]) -> None:
        self._parents: dict[int, int] = {}
        self._archived = {node: {id for id in each if archive_of(id)} for node, each in ids.items()}

    def root(self, node: int) -> int:
        """The number that stands for the set of ``node``."""
        parents = self._parents
        while (parent := parents.setdefault(node, node)) != node:
            parents[node] = node = parents.setdefault(parent, parent)
        return node

    def join(self, one: int, other: int) -> None:
        """Make one set of two."""
        here, there = self.root(one), self.root(other)
        if here != there:
            self._parents[here] = there
            self._archived[there] |= self._archived[here]

    def are_two(self, one: int, other: int) -> bool:
        """Whether each of two sets has an id of an archive that has another one in the other."""
        here, there = (self._archived[self.root(node)] for node in (one, other))
        return not set(map(archive_of, here - there)).isdisjoint(map(archive_of, there - here))
