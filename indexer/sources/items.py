"""What a record of an input can turn out to be: a paper, a removal, or a reject."""

from __future__ import annotations

from dataclasses import dataclass, fields

from indexer.papers.paper import Paper, make_paper, normalise_id
from indexer.sources.cleaning import readable
from indexer.sources.reading.raw import Bad, Gone, Raw, excerpt


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that didn't become a paper.

    Attributes:
        source: Path of the input as it was given, or ``stdin``.
        line: On which the record begins, from 1.
        reason: Why it was rejected.
        record: The first 500 characters of it.
    """

    source: str
    line: int
    reason: str
    record: str


@dataclass(frozen=True, slots=True)
class Removal:
    """Word of an archive that a paper was taken out of it.

    Attributes:
        id: Of the paper, normalised.
    """

    id: str


Item = Paper | Removal | Reject
"""What a record of an input can turn out to be."""


def judge(item: Raw | Bad | Gone, *, source: str, path: str) -> Item:
    """What a record is: a paper, word of one that is gone, or nothing that can be taken.

    Args:
        item: As a reader gave it.
        source: What the paper names as its source.
        path: Of the input, for a reject.
    """
    if isinstance(item, Bad):
        reason = item.reason
    else:
        try:
            if isinstance(item, Gone):
                return Removal(normalise_id(item.id)[0])
            return make_paper(readable(item.fields), source=source)
        except ValueError as error:
            reason = str(error)
    return Reject(path, item.line, reason, excerpt(item.text))


def known_fields(paper: Paper) -> dict[str, object]:
    """What is known of a paper, by field."""
    known = ((field.name, getattr(paper, field.name)) for field in fields(paper))
    return {name: value for name, value in known if value not in ("", (), None, False)}
