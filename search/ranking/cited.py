"""Papers that a question cites by surname and year, as known items."""

from __future__ import annotations

import numpy as np

from indexer.snapshot import Keys, Snapshot
from indexer.where import Where, both
from search.limits import MAX_DEPTH
from search.query.corpus import Cited
from search.query.filters import Filters, any_of
from search.query.names import surname_place
from search.ranking.ranking import NO_KEYS, Ranking, among

LOOKED_AT = 100
"""Papers whose names are read: to ask for a surname's papers of one year is to ask for a few."""
LIKELY = 10
"""Papers among which there is nearly always one."""


def by_authors(names: tuple[str, ...], after: str, before: str) -> Where:
    """Papers that all of these wrote, from some dates."""
    where = Filters(after=after, before=before).where()
    for name in names:
        where = both(where, any_of("author", (name,)))
    return where


def has_cited(snapshot: Snapshot, cited: Cited) -> bool:
    """Whether there is a paper that a citation can mean."""
    where = by_authors(cited.authors, cited.after, cited.before)
    found = snapshot.ordered("newest", LOOKED_AT, where)
    first, others = found[:LIKELY], found[LIKELY:]
    return any(
        _place(paper.authors, cited) < _NOWHERE
        for keys in (first, others)
        for paper in snapshot.papers(keys)
    )


def cited_papers(snapshot: Snapshot, ranking: Ranking, cited: Cited) -> Keys:
    """Papers by the authors from the year: first authors' before others', each by the ranking."""
    where = both(ranking.where, by_authors(cited.authors, cited.after, cited.before))
    passing = snapshot.ordered("newest", MAX_DEPTH, where)
    in_head = ranking.head[among(ranking.head, passing)]
    found = np.concatenate([in_head, passing[~among(passing, in_head)]])[:LOOKED_AT]
    if not len(found):
        return NO_KEYS
    papers = snapshot.papers(found)
    places = np.array([_place(paper.authors, cited) for paper in papers])
    far = np.array([not paper.date.startswith(cited.year) for paper in papers])
    order = np.lexsort((places, far))
    return found[order[places[order] < _NOWHERE]]


_NOWHERE = 2


def _place(authors: tuple[str, ...], cited: Cited) -> int:
    """0 where the first author has the first surname, 1 where the surnames are others'."""
    leads = bool(authors) and surname_place(authors[0], cited.authors[0])
    others = cited.authors[1:] if leads else cited.authors
    named = all(any(surname_place(one, name) for one in authors) for name in others)
    return (0 if leads else 1) if named else _NOWHERE
