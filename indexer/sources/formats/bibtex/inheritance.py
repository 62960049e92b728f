"""What entries take over from others: ``crossref`` and ``xdata``.

A parent mostly stands behind its children, so a child is held back until its parent has come or
:data:`WINDOW` characters have passed; all keep their order.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from indexer.sources.reading.raw import Bad, Raw

WINDOW = 8 << 20
"""Characters of entries that may wait for a parent."""
MAX_PARENTS = 20_000
"""Entries that others may still refer to; the oldest are forgotten first."""
MAX_KEPT = 5_000
"""Characters of a value beyond which it isn't kept for others."""
MAX_NAMED = 8
"""Entries that one may refer to by ``xdata``."""
DEPTH = 3
"""Parents of parents."""

_PARENTS = frozenset(
    (
        *("proceedings", "book", "collection", "reference", "periodical", "xdata"),
        *("mvproceedings", "mvbook", "mvcollection", "mvreference", "conference"),
    )
)
_SHARED = ("year", "date", "month", "booktitle", "journal", "journaltitle", "series")
_PUBLISHED = ("publisher", "school", "institution", "organization", "eventtitle")
_CHAPTERS = frozenset(("inbook", "bookinbook", "suppbook"))
_MAIN = ("crossref", "xdata")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it stands there.

    Attributes:
        line: On which it begins.
        text: As it stands in the input.
        kind: Such as ``inproceedings``, in lower case.
        key: By which it is cited.
        fields: Texts by names in lower case, LaTeX not yet read.
    """

    line: int
    text: str
    kind: str
    key: str
    fields: Mapping[str, str]


Item = Entry | Raw | Bad


class Family:
    """Takes entries in order, and gives them back in order with what they inherit."""

    def __init__(self) -> None:
        self._parents: OrderedDict[str, Entry] = OrderedDict()
        self._held: deque[Item] = deque()
        self._awaited: set[str] = set()
        self._size = 0

    def add(self, item: Item) -> Iterator[Item]:
        """Takes one; gives those that wait for nothing more."""
        if isinstance(item, Entry):
            self._remember(item)
        self._held.append(item)
        self._size += len(item.text)
        return self._ready()

    def rest(self) -> Iterator[Item]:
        """Those that still wait."""
        while self._held:
            yield self._next()

    def _ready(self) -> Iterator[Item]:
        while self._held and (self._size > WINDOW or not self._waits(self._held[0])):
            yield self._next()

    def _next(self) -> Item:
        item = self._held.popleft()
        self._size -= len(item.text)
        if not isinstance(item, Entry) or not _named(item):
            return item
        fields = self._completed(item, DEPTH)
        return Entry(item.line, item.text, item.kind, item.key, fields)

    def _waits(self, item: Item) -> bool:
        return isinstance(item, Entry) and any(key not in self._parents for key in _named(item))

    def _remember(self, entry: Entry) -> None:
        """Keep what may be handed down; and note whom an entry of any other kind refers to."""
        key = entry.key.lower()
        if entry.kind in _PARENTS or key in self._awaited:
            kept = entry.fields.items() if entry.kind == "xdata" else _inheritable(entry.fields)
            fields = {name: value for name, value in kept if len(value) <= MAX_KEPT}
            self._parents[key] = Entry(0, "", entry.kind, entry.key, fields)
            if len(self._parents) > MAX_PARENTS:
                self._parents.popitem(last=False)
        if len(self._awaited) < MAX_PARENTS:
            self._awaited.update(_named(entry))

    def _completed(self, entry: Entry, depth: int) -> Mapping[str, str]:
        """The fields of an entry, with what its parents say where it says nothing."""
        fields = dict(entry.fields)
        for key in _named(entry) if depth else ():
            if parent := self._parents.get(key):
                given = self._completed(parent, depth - 1)
                fields = {**_handed_down(entry, parent, given), **fields}
        return fields


def _inheritable(fields: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    names = ("title", "author", *_SHARED, *_PUBLISHED, *_MAIN)
    return ((name, fields[name]) for name in names if name in fields)


def _named(entry: Entry) -> list[str]:
    """Keys of the entries that an entry refers to."""
    keys = [*entry.fields.get("xdata", "").split(",")[:MAX_NAMED], entry.fields.get("crossref", "")]
    return [key.strip().lower() for key in keys if key.strip()]


def _handed_down(child: Entry, parent: Entry, given: Mapping[str, str]) -> dict[str, str]:
    """What a parent says of its child: never its own names, and its title as the child's book."""
    if parent.kind == "xdata":
        return {name: value for name, value in given.items() if name not in _MAIN}
    names = (*_SHARED, *_PUBLISHED, *(("author",) if child.kind in _CHAPTERS else ()))
    shared = {name: given[name] for name in names if name in given}
    if title := given.get("title"):
        shared["journaltitle" if parent.kind == "periodical" else "booktitle"] = title
    return shared
