"""Finding out what is new to a reader, handing it over, and remembering that it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from api.digest.letter import Letter, letter
from api.digest.progress import Progress, Reached
from api.digest.searches import MailOptions, SearchesFile, find_searches, read_searches
from api.terminal import say
from indexer.errors import UsageError
from indexer.lock import WriterLock
from search.digest import Digest, digest
from search.engine import Engine


@dataclass(frozen=True, slots=True)
class News:
    """What is handed over.

    Attributes:
        reader: To whom.
        letter: What to read.
        about: What it is about, as JSON: the same for the same index, changes and searches.
    """

    reader: str
    letter: Letter
    about: object


class Desk:
    """Where the news of one file of searches are put together.

    Attributes:
        preview: Nothing is remembered, so that all of it comes again.
    """

    def __init__(self, path: Path, file: SearchesFile, engine: Engine, *, preview: bool) -> None:
        self.preview = preview
        self._path, self._file, self._engine = path, file, engine
        self._progress = Progress(path.with_name(f"{path.stem}.state.json"))
        self._made: dict[tuple[object, ...], Digest] = {}

    def mail_options(self) -> MailOptions:
        """Who gets mail; raises ``UsageError`` where nobody does."""
        if self._file.mail is None:
            raise UsageError(f"{self._path}: no [mail] in it, which says to whom to send")
        return self._file.mail

    def deliver(self, reader: str, hand_over: Callable[[News], None]) -> int:
        """Hand over what is new to a reader; how many papers.

        What ``hand_over`` raises passes, and the same comes again next time: first what was about
        to be handed over, then what came since.
        """
        history, papers = self._engine.history, 0
        reached, note = self._progress.of(reader, history)
        if note:
            say(note)
        now = history.now().change
        pending = reached.pending
        steps = {now} if pending is None else {min(pending, now), now}
        for upto in sorted(steps):
            found = self._digest(reached.change, upto, reached.sent)
            if found.sections:
                self._keep(reader, replace(reached, pending=upto))
                hand_over(self._news(reader, found, reached, upto))
            papers += len(found.papers)
            reached = reached.got(history.after(upto), [paper.id for paper in found.papers])
            self._keep(reader, reached)
        return papers

    def _digest(self, since: int, upto: int, known: tuple[str, ...]) -> Digest:
        """Made once for readers who have got equally far."""
        key = (since, upto, known)
        if key not in self._made:
            arrivals = self._engine.history.arrivals(since, upto)
            self._made[key] = digest(self._engine, self._file.searches, arrivals, known=known)
        return self._made[key]

    def _news(self, reader: str, found: Digest, reached: Reached, upto: int) -> News:
        written = letter(
            found,
            day=datetime.now(UTC).date().isoformat(),
            since=reached.made[:10] or "the beginning",
            site=self._file.site,
        )
        names = [search.name for search in self._file.searches]
        return News(reader, written, [reached.identity, reached.change, upto, names])

    def _keep(self, reader: str, reached: Reached) -> None:
        if not self.preview:
            self._progress.keep(reader, reached)


@contextmanager
def open_desk(index: Path, named: Path | None, *, preview: bool) -> Iterator[Desk]:
    """The desk of a file of searches, for one process at a time but for previews.

    Args:
        index: Where the index is.
        named: The file, if one was named.
        preview: Nothing is to be remembered.

    Raises:
        IndexBusyError: Another process is sending the same.
    """
    path = find_searches(named, index).absolute()
    with ExitStack() as opened:
        if not preview:
            opened.enter_context(WriterLock(path.parent, file=f"{path.stem}.lock"))
        file = read_searches(path)
        engine = opened.enter_context(Engine.open(index))
        yield Desk(path, file, engine, preview=preview)
