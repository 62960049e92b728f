"""Appending papers to a lexicon; ``lexicon.py`` says what stands in one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer import analysis
from indexer.errors import StorageError
from indexer.local.catalog.rows import Block
from indexer.local.segments.lexicon import (
    damaged_lexicon,
    extensible_lexicon,
    last_row,
    lexicon_files,
)

_HEAP_BYTES = 128_000_000


class LexiconWriter:
    """Appends papers to a lexicon, which is made where there is none.

    Tantivy's lock is held until this is closed. Otherwise Ctrl-C would leave it held: the traceback
    still has the writer when the next one is opened.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        try:
            index = extensible_lexicon(folder)
            self.last_row = last_row(index.searcher())
            self._writer = index.writer(_HEAP_BYTES, 1)
        except ValueError as error:
            raise damaged_lexicon(folder) from error

    def add(self, block: Block) -> None:
        """Append papers; the title stands twice in what is scored, so that it counts more.

        Raises ``StorageError`` when there is no room for them.
        """
        import tantivy

        for row, paper in zip(block.rows.tolist(), block.papers, strict=True):
            document = tantivy.Document()
            document.add_integer("row", row)
            document.add_text(
                "text", analysis.scored_text(paper.title, paper.title, paper.abstract)
            )
            document.add_text("title", analysis.phrase_text(paper.title))
            document.add_text("abstract", analysis.phrase_text(paper.abstract))
            document.add_text("author", analysis.names_text(paper.authors))
            with self._room():
                self._writer.add_document(document)

    def commit(self) -> None:
        """Make what was added durable; raises ``StorageError`` when there is no room for it."""
        with self._room():
            self._writer.commit()
            self._writer.wait_merging_threads()
        # Tantivy gives its own files to their owner alone; the folder's mode says who may read.
        for path in lexicon_files(self._folder):
            path.chmod(self._folder.stat().st_mode & 0o666)

    def close(self) -> None:
        """Let the next writer in; what wasn't committed is lost."""
        del self._writer

    @contextmanager
    def _room(self) -> Iterator[None]:
        """Tantivy's threads write while papers are added, and say so at any later call."""
        try:
            yield
        except ValueError as error:
            raise StorageError(
                f"{self._folder}: could not be written ({error}); check free space and the "
                "folder's mode"
            ) from error
