"""The beginning of a question, and what it may become."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from threading import Lock, Thread

from indexer.errors import NearpaperError
from indexer.snapshot import Snapshot
from search.query.lexer import QUOTES
from search.ranking.abbreviations import long_forms_of, replaced
from search.suggestions.names import Names
from search.suggestions.suggestion import Kind, Suggestion
from search.suggestions.titles import LONGEST, titles_like

MOST = 8
"""Suggestions that are given: as many as one sees at a glance."""
_AUTHORS = 3
"""Of them, where nothing says that an author is meant."""
_NAME_WORDS = 4
_FIELDS: dict[str, Kind] = {"au": "author", "cat": "category", "venue": "venue", "year": "year"}
_MARKED = re.compile(r"(?:^|(?<=\s))(au|cat|venue|year):(?:\"([^\"]*)|(\S*))$", re.IGNORECASE)
_PLAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*")
"""What a mark takes without quotes."""


class Suggester:
    """Keeps the names of the newest snapshot that was asked about. Safe to use from many threads.

    The first question of all waits until they are read. When the index has changed, they are read
    anew beside the questions, which get the old ones until then.
    """

    def __init__(self) -> None:
        self._names: Names | None = None
        self._reading = Lock()
        self._reader: Thread | None = None

    def suggest(self, snapshot: Snapshot, text: str) -> list[Suggestion]:
        """At most :data:`MOST` ways to go on; none for what is longer than anybody's title."""
        text = " ".join(text.split()) + (" " if text[-1:].isspace() else "")
        if not text.strip() or len(text) > LONGEST:
            return []
        names = self._current(snapshot)
        if marked := _MARKED.search(text):
            return list(_values(names, marked))
        return list(islice(_plain(names, snapshot, text.strip()), MOST))

    def close(self) -> None:
        """Wait for what is being read."""
        with self._reading:
            reader = self._reader
        if reader:
            reader.join()

    def _current(self, snapshot: Snapshot) -> Names:
        with self._reading:
            if self._names is None:
                self._names = Names(snapshot)
            elif self._names.fingerprint != snapshot.about.fingerprint and not self._reader:
                self._reader = Thread(target=self._read, args=(snapshot,), name="suggestions")
                self._reader.start()
            return self._names

    def _read(self, snapshot: Snapshot) -> None:
        try:
            self._names = Names(snapshot)
        except NearpaperError:
            pass  # the snapshot is gone; the next question brings a newer one
        finally:
            self._reader = None


def _values(names: Names, marked: re.Match[str]) -> Iterator[Suggestion]:
    """Values of the field that a mark names; what stands before the mark stays."""
    mark, begun = marked[1].lower(), marked[2] if marked[2] is not None else marked[3]
    before = marked.string[: marked.start()]
    for value, papers in names.starting(_FIELDS[mark], begun.replace("_", " "), MOST):
        if mark == "cat" and '"' in value.translate(QUOTES):
            continue  # a category is asked for as it is, and no mark takes a quote
        question = f"{before}{mark}:{_quoted(value)}"
        yield Suggestion(kind=_FIELDS[mark], text=value, question=question, papers=papers)


def _plain(names: Names, snapshot: Snapshot, text: str) -> Iterator[Suggestion]:
    """What abbreviations stand for, authors of that name, and titles."""
    for reading in long_forms_of(snapshot, text, frozenset()):
        for form in reading.forms[:1]:
            question = replaced(text, reading.typed, form)
            yield Suggestion(kind="abbreviation", text=form, question=question)
    if len(text.split()) <= _NAME_WORDS and len(text) > 1:
        for value, papers in names.starting("author", text, _AUTHORS):
            question = f"au:{_quoted(value)}"
            yield Suggestion(kind="author", text=value, question=question, papers=papers)
    for title in titles_like(snapshot, text, MOST):
        yield Suggestion(kind="title", text=title.text, question=title.text, id=title.id)


def _quoted(value: str) -> str:
    """A value as it stands behind a mark."""
    if _PLAIN.fullmatch(value):
        return value
    return '"' + value.translate(QUOTES).replace('"', " ") + '"'
