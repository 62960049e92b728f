"""What is new to a reader: find it, deliver it, remember that it was delivered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from api.digest.letter import write_letter
from api.digest.saved_searches import MailSettings, SearchesFile, find_searches, read_searches
from api.digest.state import Pending, Progress, Reached, beginning
from api.terminal.streams import say
from indexer.errors import IndexBusyError, UsageError, storage_error
from indexer.files import acquire_lock
from indexer.location import Place
from indexer.snapshot import Moment
from indexer.where import Arrived
from search.digest import Digest, SavedSearch, digest, still_there
from search.engine import Engine

PATIENCE_SECONDS = 1.0
"""How long to wait for another digest to end."""

HandOver = Callable[[str, Pending], None]
"""Gives a reader what is new, or raises."""


class NewsDesk:
    """Puts the news of one file of saved searches together.

    Attributes:
        preview: Nothing is remembered, so that the same news comes again.
    """

    def __init__(self, path: Path, file: SearchesFile, engine: Engine, *, preview: bool) -> None:
        self.preview = preview
        self._path, self._file, self._engine = path, file, engine
        self._progress = Progress(path.with_name(f"{path.stem}.state.json"))
        self._made: dict[tuple[object, ...], Digest] = {}

    def mail_settings(self) -> MailSettings:
        """Who gets mail; raises ``UsageError`` where nobody does."""
        if self._file.mail is None:
            raise UsageError(f"{self._path}: has no [mail] table; add one, see docs/digests.md")
        return self._file.mail

    def deliver(self, reader: str, hand_over: HandOver) -> int:
        """Hand over what is new to a reader; how many papers.

        What ``hand_over`` raises passes, and the same is handed over next time, before what came
        since.
        """
        known, papers = self._progress.of(reader), 0
        if known is not None and known.pending is not None:
            papers = len(known.pending.ids)
            known = self._handed(reader, known, hand_over)
        history = self._engine.history()
        reached, note = beginning(known, history)
        if note:
            say(note)
        now = history.now()
        found = self._digest(reached.change, now.change, reached.sent)
        if found.sections:
            pending = self._pending(found, reached, now)
            self._handed(reader, replace(reached, pending=pending), hand_over)
        else:
            self._keep(reader, reached.got(now))
        return papers + len(found.papers)

    def _handed(self, reader: str, reached: Reached, hand_over: HandOver) -> Reached:
        """Hand over what is pending; how far the reader has got then."""
        assert reached.pending is not None  # noqa: S101 - as the callers see to
        self._keep(reader, reached)
        hand_over(reader, reached.pending)
        self._keep(reader, reached.got_pending())
        return reached.got_pending()

    def _digest(self, since: int, upto: int, known: tuple[str, ...]) -> Digest:
        """Made once for readers who have got equally far."""
        key = (since, upto, known)
        if key not in self._made:
            arrived = Arrived(since, upto)
            self._made[key] = digest(self._engine, self._searches, arrived, known=known)
        return self._made[key]

    @cached_property
    def _searches(self) -> Sequence[SavedSearch]:
        """Without papers that have left the index, such as withdrawn ones; says so once."""
        searches, notes = still_there(self._engine, self._file.searches)
        for note in notes:
            say(note)
        return searches

    def _pending(self, found: Digest, reached: Reached, now: Moment) -> Pending:
        written = write_letter(
            found,
            day=datetime.now(UTC).date().isoformat(),
            since=reached.made[:10] or "the start",
            site=self._file.site,
        )
        names = [search.name for search in self._file.searches]
        about = json.dumps([reached.identity, reached.change, now.change, names])
        return Pending(written, about, now, tuple(paper.id for paper in found.papers))

    def _keep(self, reader: str, reached: Reached) -> None:
        if not self.preview:
            self._progress.keep(reader, reached)


@contextmanager
def open_desk(index: Place, named: Path | None, *, preview: bool) -> Iterator[NewsDesk]:
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
            opened.enter_context(_alone(path.with_suffix(".lock")))
        file = read_searches(path)
        engine = opened.enter_context(Engine.open(index))
        yield NewsDesk(path, file, engine, preview=preview)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock that dies with its process; raises ``IndexBusyError`` where another holds it."""
    try:
        lock = acquire_lock(path, PATIENCE_SECONDS)
    except TimeoutError:
        raise IndexBusyError(
            f"{path}: another digest of these searches is running; wait for it, then run the same "
            "command again"
        ) from None
    except OSError as error:
        raise storage_error(error, path) from error
    try:
        yield
    finally:
        lock.release()
