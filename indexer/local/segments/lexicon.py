"""Words on disk and the papers that hold them: Tantivy, made from the catalog.

A lexicon grows by commits and can't be opened at an older one, so whoever asks masks what it gives
by the live papers of a generation. Versions that died stay in it until it is rebuilt.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from indexer import analysis
from indexer.analysis import AUTHOR_WEIGHT, GAP, MAX_TERMS, PART_WEIGHT, TOKENS, Word
from indexer.errors import IndexDamagedError

if TYPE_CHECKING:
    import tantivy

Rows = NDArray[np.int64]
Hits = tuple[Rows, NDArray[np.float32]]
"""Row ids and BM25 scores, best first, equal scores by row id."""

_SPACED, _GAPPED = "spaced", "gapped"


def _schema() -> tantivy.Schema:
    """All words come analysed, with spaces between them, as they do on a cluster."""
    from tantivy import SchemaBuilder

    return (
        SchemaBuilder()
        # A signed field: deleting by a term of an unsigned one silently deletes nothing.
        .add_integer_field("row", indexed=True, fast=True)
        .add_text_field("text", tokenizer_name=_SPACED, index_option="freq")
        .add_text_field("title", tokenizer_name=_GAPPED)
        .add_text_field("abstract", tokenizer_name=_GAPPED)
        .add_text_field("author", tokenizer_name=_SPACED, index_option="freq")
        .build()
    )


def open_lexicon(folder: Path) -> tantivy.Index:
    """Tantivy's index in a folder, of any version, to be read."""
    import tantivy

    return tantivy.Index.open(str(folder))


def extensible_lexicon(folder: Path) -> tantivy.Index:
    """Tantivy's index in a folder, to be written to; it is made where there is none."""
    import tantivy
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    index = tantivy.Index(_schema(), path=str(folder))
    # Tantivy forgets analysers with every open index.
    spaced, gapped = (TextAnalyzerBuilder(Tokenizer.whitespace()) for _ in range(2))
    index.register_tokenizer(_SPACED, spaced.build())
    index.register_tokenizer(_GAPPED, gapped.filter(Filter.custom_stopword([GAP])).build())
    return index


class Lexicon:
    """A lexicon as it was when it was opened. Safe to use from many threads.

    Args:
        folder: Where it is.
        tokens: Version of the words in it, by which questions are read.
    """

    def __init__(self, folder: Path, tokens: int = TOKENS) -> None:
        self.tokens = tokens
        if not (folder / "meta.json").exists():
            raise FileNotFoundError(folder)
        try:
            with _lockable(folder) as open_folder:
                index = open_lexicon(open_folder)
                self._searcher = index.searcher()
        except ValueError as error:
            raise damaged_lexicon(folder) from error
        self._schema = index.schema

    def __len__(self) -> int:
        """How many versions of papers it holds, dead ones included."""
        return int(self._searcher.num_docs)

    @property
    def last_row(self) -> int:
        """The highest row id, 0 in an empty one."""
        return last_row(self._searcher)

    def best(self, text: str, k: int, among: Rows | None = None) -> Hits:
        """The ``k`` versions with the highest BM25 score (k1 1.2, b 0.75) for a text's words.

        ``among``, if given, are few row ids to choose from. Robertson & Zaragoza, "The
        Probabilistic Relevance Framework: BM25 and Beyond", 2009.
        """
        query = self._scored(text)
        if query is None or k <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if among is not None:
            query = self._restricted(query, among)
        return self._ranked(query, k)

    def document_frequency(self, stem: str) -> int:
        """How many versions hold a stem in title or abstract."""
        return int(self._searcher.doc_freq("text", stem))

    def holding(self, field: str, text: str) -> Rows:
        """Row ids of all versions whose ``field`` holds the words of a text, side by side."""
        found = [
            self._all(self._phrase(field, each)) for each in analysis.phrases(text, self.tokens)
        ]
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)

    def holding_any(self, text: str) -> Rows:
        """Row ids of all versions that hold any word of a text that is looked up."""
        query = self._scored(text)
        return np.empty(0, np.int64) if query is None else self._all(query)

    def holding_all(self, text: str) -> Rows:
        """Row ids of all versions that hold each word of a text in title or abstract."""
        from tantivy import Occur, Query

        words = [self._written(ways) for ways in analysis.all_words(text, self.tokens)]
        held = [word for word in words if word is not None]
        if not words or len(held) < len(words):
            return np.empty(0, np.int64)
        return self._all(Query.boolean_query([(Occur.Must, word) for word in held]))

    def _written(self, ways: Sequence[Sequence[str]]) -> tantivy.Query | None:
        """A word in any way of writing it; ``None`` where no version holds it."""
        from tantivy import Occur, Query

        each = [
            Query.boolean_query([(Occur.Must, self._term("text", stem, 1)) for stem in stems])
            for stems in ways
            if all(map(self.document_frequency, stems))
        ]
        return Query.boolean_query([(Occur.Should, way) for way in each]) if each else None

    def rows(self) -> Rows:
        """Row ids of all versions, ascending."""
        from tantivy import Query

        return self._all(Query.all_query())

    def _scored(self, text: str) -> tantivy.Query | None:
        """Any word may match."""
        from tantivy import Occur, Query

        asked = analysis.asked(text, self.tokens)
        names = set(analysis.names(text))
        known = set(self._rarest(asked.every()))
        parts = [
            (Occur.Should, self._term("text", stem, weight))
            for stem, weight in asked.stems.items()
            if stem in known
        ]
        parts += [
            (Occur.Should, self._hyphenated(word, weight, known))
            for word, weight in asked.hyphenated.items()
            if not known.isdisjoint(word.stems)
        ]
        parts += [
            (Occur.Should, self._term("author", name, AUTHOR_WEIGHT))
            for name in sorted(names)[:MAX_TERMS]
            if self._searcher.doc_freq("author", name)
        ]
        return Query.boolean_query(parts) if parts else None

    def _rarest(self, stems: Iterable[str]) -> list[str]:
        held = {stem: self._searcher.doc_freq("text", stem) for stem in stems}
        return sorted(filter(held.__getitem__, held), key=held.__getitem__)[:MAX_TERMS]

    def _hyphenated(self, word: Word, weight: float, known: Container[str]) -> tantivy.Query:
        """The whole or the parts, whichever scores higher in a paper."""
        from tantivy import Occur, Query

        whole = [self._term("text", stem, weight) for stem in word.whole if stem in known]
        parts = [
            (Occur.Should, self._term("text", stem, weight * PART_WEIGHT))
            for stem in word.parts
            if stem in known
        ]
        ways = [*whole, Query.boolean_query(parts)] if parts else whole
        return ways[0] if len(ways) == 1 else Query.disjunction_max_query(ways)

    def _term(self, field: str, term: str, weight: float) -> tantivy.Query:
        from tantivy import Query

        query = Query.term_query(self._schema, field, term)
        return query if weight == 1 else Query.boost_query(query, float(weight))

    def _phrase(self, field: str, phrase: Sequence[tuple[int, str]]) -> tantivy.Query:
        """Words at their distances: a stop word isn't looked up but keeps its place."""
        from tantivy import Query

        words: list[Any] = list(phrase)
        if len(words) == 1:  # Tantivy panics at a phrase of one word
            return Query.term_query(self._schema, field, words[0][1])
        return Query.phrase_query(self._schema, field, words)

    def _restricted(self, query: tantivy.Query, rows: Rows) -> tantivy.Query:
        from tantivy import Occur, Query

        allowed = Query.const_score_query(
            Query.term_set_query(self._schema, "row", rows.tolist()), 0.0
        )
        return Query.boolean_query([(Occur.Must, query), (Occur.Must, allowed)])

    def _all(self, query: tantivy.Query) -> Rows:
        """Row ids of all hits, ascending; 30 times as fast as to rank them all."""
        most = max(1, len(self))
        hits = self._searcher.search(query, limit=most, count=False, order_by_field="row").hits
        return np.sort(np.fromiter((row for row, _ in hits), np.int64, len(hits)))

    def _ranked(self, query: tantivy.Query, k: int) -> Hits:
        """Where equal scores straddle the end, those of the lowest row ids are given."""
        depth = k + 1
        while True:
            hits = self._searcher.search(query, limit=depth, count=False).hits
            if len(hits) < depth or hits[-1][0] < hits[k - 1][0]:
                break
            depth *= 2
        rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        scores = np.array([score for score, _ in hits], np.float32)
        found = np.array(rows, np.int64)
        order = np.lexsort((found, -scores))[:k]
        return found[order], scores[order]


@contextmanager
def _lockable(folder: Path) -> Iterator[Path]:
    """A folder of the same files in which Tantivy may take the lock that it takes to open one."""
    if os.access(folder, os.W_OK):
        yield folder
        return
    # A thread of Tantivy may take the lock once more while the folder is being removed.
    with TemporaryDirectory(ignore_cleanup_errors=True) as beside:
        for path in lexicon_files(folder):
            Path(beside, path.name).symlink_to(path.absolute())
        yield Path(beside)


def last_row(searcher: tantivy.Searcher) -> int:
    """The highest row id; rows are added ascending, so all below it were dealt with."""
    from tantivy import Query

    hits = searcher.search(Query.all_query(), limit=1, count=False, order_by_field="row").hits
    return int(hits[0][0]) if hits else 0


def damaged_lexicon(folder: Path) -> IndexDamagedError:
    """What to say of a folder that Tantivy can't open."""
    return IndexDamagedError(f"{folder}: not readable as a lexicon; run `nearpaper rebuild`")


def lexicon_files(folder: Path) -> list[Path]:
    """The files that make up a lexicon, locks left out."""
    return sorted(path for path in folder.iterdir() if path.suffix != ".lock")


def is_rewritten(name: str) -> bool:
    """Whether a file of that name changes with a commit; all others are written once."""
    return name.endswith(".json")
