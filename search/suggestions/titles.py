"""Titles that go on like what was typed, over all papers of an index.

The last word may be unfinished: it is finished by the commonest words of the glossary that begin
so. The titles that hold all words come from the search by words, and stay in its order, but for
those that begin like what was typed, which come first.
"""

from __future__ import annotations

from dataclasses import dataclass

from indexer.papers.folding import words
from indexer.snapshot import Keys, Snapshot
from indexer.where import ALL, Phrase, Where

READ = 100
"""Titles that are looked at for a question."""
ENDINGS = 8
"""Words that an unfinished one is tried as."""
LONGEST = 200
"""Characters of a beginning; titles that long are typed by nobody."""
_LEAST = 2
"""Letters of a word that is finished; one letter begins too many."""


@dataclass(frozen=True, slots=True)
class Title:
    """One paper's.

    Attributes:
        id: Of the paper.
        text: As it is printed.
    """

    id: str
    text: str


def titles_like(snapshot: Snapshot, text: str, most: int) -> list[Title]:
    """The titles that hold the words that were typed, the last of which may be unfinished."""
    typed = words(text[:LONGEST])
    if len("".join(typed)) < _LEAST:
        return []
    keys = _candidates(snapshot, typed)
    titles = [words(title) for title in snapshot.values("title", keys).tolist()]
    fitting = [at for at, title in enumerate(titles) if _holds(title, typed)]
    start = " ".join(typed)
    fitting.sort(key=lambda at: not " ".join(titles[at]).startswith(start))
    return [Title(paper.id, paper.title) for paper in snapshot.papers(keys[fitting[:most]])]


def _candidates(snapshot: Snapshot, typed: list[str]) -> Keys:
    """Papers of the highest BM25 scores; of those with the finished words side by side, if any."""
    before, last = typed[:-1], typed[-1]
    endings = [*snapshot.glossary.starting(last, ENDINGS)] if len(last) >= _LEAST else []
    sought = " ".join([*before, last, *endings])
    where: Where = ALL
    if snapshot.stems(" ".join(before)):
        phrase = Phrase(("title",), " ".join(before))
        where = phrase if snapshot.count(phrase) else ALL
    return snapshot.bm25(sought, READ, where)[0]


def _holds(title: list[str], typed: list[str]) -> bool:
    """Whether a title has all of the words, and one that begins like the last."""
    return set(typed[:-1]) <= set(title) and any(word.startswith(typed[-1]) for word in title)
