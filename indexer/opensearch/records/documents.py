"""A version of a paper as a document of the cluster, and back."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer import analysis
from indexer.entries import Entry
from indexer.errors import IndexDamagedError
from indexer.papers.dates import date_key, period_end
from indexer.papers.folding import fold, title_hash, words
from indexer.papers.identity import Name
from indexer.papers.paper import Paper
from indexer.sampling import places

Document = dict[str, Any]
ENTRY = ("record", "told", "arrived", "half", "text_hash", "truncated")
"""Fields that say all that was committed; the others are made from them."""
RETRACTED = "#retracted"
"""Stands among the words of the categories of a retracted paper; no word looks like it."""
_LATER = ("retracted", "cite_keys")
_DAY = len("YYYY-MM-DD")
_TUPLES = frozenset(field.name for field in fields(Paper) if str(field.type).startswith("tuple"))


def document_of(entry: Entry, row: int, change: int) -> Document:
    """The version of a paper that a change brings."""
    paper = entry.paper
    names = list(entry.names)
    first = date_key(paper.date)
    document: Document = {
        "row": row,
        "born": change,
        "arrived": change if entry.arrived is None else entry.arrived,
        "place": int(places(row)[0]),
        "id": paper.id,
        "names": sorted({name.name for name in names}),
        "told": json.dumps(names),
        "record": json.dumps(_record(paper)),
        "text_hash": entry.text_hash,
        "truncated": entry.truncated,
        "text": analysis.scored_text(paper.title, paper.title, paper.abstract),
        "author_text": analysis.names_text(paper.authors),
        "title": analysis.phrase_text(paper.title),
        "abstract": analysis.phrase_text(paper.abstract),
        "title_key": signed(title_hash(paper.title)),
        "upvotes": -1 if paper.upvotes is None else paper.upvotes,
        "sources": list(paper.sources),
        "author": list(paper.authors),
        "category": list(paper.categories),
        "author_words": [_author(name) for name in paper.authors],
        "category_words": sorted(_marks(paper)),
        "half": encoded_half(entry.vector),
        "vector": entry.vector.astype(np.float32).tolist(),
        "date": first,
        "date_end": period_end(first),
    }
    if paper.submitted:
        document["submitted"] = paper.submitted
    if paper.date:
        document["year"] = int(paper.date[:4])
    for field, day in (("date_day", paper.date), ("submitted_day", paper.submitted)):
        if len(day) == _DAY:
            document[field] = date_key(day)
    if paper.venue:
        document |= {"venue": paper.venue, "venue_words": _value(words(paper.venue))}
    return document


def _record(paper: Paper) -> dict[str, Any]:
    """Its fields; the later ones where they say something, as an older nearpaper has none."""
    return {name: value for name, value in asdict(paper).items() if value or name not in _LATER}


def _marks(paper: Paper) -> set[str]:
    """The words of its categories, and beside them whether it was retracted.

    A field of its own would need mappings of existing indexes changed, which writers may not do.
    """
    words_of_all = {word for each in paper.categories for word in _category(each)}
    return words_of_all | ({RETRACTED} if paper.retracted else set())


def _author(name: str) -> str:
    """Found by words and their initials: ``Y. Bengio`` finds ``Yoshua Bengio``."""
    whole = words(name)
    return _value(whole, {word[0] for word in whole})


def _value(whole: Sequence[str], initials: Iterable[str] = ()) -> str:
    """The words that one value is found by, with how many it has."""
    return " ".join([*sorted({*whole, *initials}), length_token(len(whole))])


def length_token(count: int) -> str:
    """Stands beside the words of a value that has so many; no word looks like it."""
    return f"#{count}"


def _category(category: str) -> list[str]:
    """Found by itself and its archive: ``cs`` finds ``cs.CL``; each also with its length."""
    folded, length = fold(category), length_token(len(words(category)))
    found = [folded, folded.split(".", 1)[0]]
    return [*found, *(f"{length} {word}" for word in found)]


def encoded_half(vector: NDArray[np.float16]) -> str:
    """A vector as text, in half floats."""
    return base64.b64encode(vector.astype("<f2").tobytes()).decode()


def half_of(stored: Mapping[str, Any]) -> NDArray[np.float16]:
    """``(d,)``: the vector of a document."""
    return np.frombuffer(base64.b64decode(stored["half"]), "<f2")


def paper_of(stored: Mapping[str, Any]) -> Paper:
    """The record of a document."""
    try:
        values: dict[str, Any] = json.loads(stored["record"])
        return Paper(**values | {name: tuple(values.get(name, ())) for name in _TUPLES})
    except (KeyError, TypeError, ValueError) as error:
        raise IndexDamagedError("a record on the cluster can't be read; check the index") from error


def names_told(stored: Mapping[str, Any]) -> list[Name]:
    """All names of a document, as records told them."""
    return [Name(*name) for name in json.loads(stored["told"])]


def entry_of(stored: Mapping[str, Any]) -> Entry:
    """What was committed as a document, of its fields :data:`ENTRY`."""
    return Entry(
        paper=paper_of(stored),
        text_hash=stored["text_hash"],
        vector=half_of(stored),
        truncated=stored["truncated"],
        names=names_told(stored),
        arrived=stored["arrived"],
    )


def signed(number: int) -> int:
    """64 bits as the cluster keeps them, with a sign."""
    return number - 2**64 if number >= 2**63 else number
