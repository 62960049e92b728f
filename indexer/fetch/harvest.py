"""A harvest from its first page to its last: ask, keep, take in, go on."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from typing import Protocol

from indexer.errors import FetchError, IndexNotFoundError, UsageError
from indexer.fetch.archive import Answer, Archive, ExpiredError, Page, Place, TryAgainError
from indexer.fetch.bookmark import NO_BEGINNING, Bookmark, open_bookmark
from indexer.fetch.client import Client, Limits, checked
from indexer.fetch.held import HeldPage
from indexer.fetch.pace import Pace
from indexer.location import Location, using_store
from indexer.pipeline import Run, Tally, opened
from indexer.progress import Listener, Silent
from indexer.ray.options import RayOptions
from indexer.sources import judge


class HarvestListener(Listener, Protocol):
    """Whoever shows the progress of a harvest."""

    def waits(self, reason: str, seconds: float) -> None:
        """Called before a server is given time to recover."""
        ...


class SilentHarvest(Silent):
    """Shows nothing."""

    def waits(self, reason: str, seconds: float) -> None:
        """Nothing."""


def harvest(
    location: Location,
    archive: Archive,
    *,
    start: str = "",
    end: str = "",
    since_last: bool = False,
    model: str | None = None,
    keep_duplicates: bool = False,
    ray: RayOptions | None = None,
    delay: float | None = None,
    limits: Limits | None = None,
    listener: HarvestListener | None = None,
) -> Tally:
    """Bring an index, which is made if it isn't there, up to date with an archive.

    Args:
        location: Where the index is.
        archive: What to ask, and for what.
        start: First day to ask about (``YYYY-MM-DD``), empty for no bound.
        end: Last day.
        since_last: Go on from the last harvest of the same archive and selection instead.
        model: For a new index, what embeds.
        keep_duplicates: Let only records of the same id be one paper, see
            :mod:`indexer.deduplication`.
        ray: Embed on Ray, where this says.
        delay: Seconds between requests; the archive's own by default.
        limits: What a page may take.
        listener: Is told of the progress.

    Returns:
        What was done. Ctrl-C ends a harvest early and in good order; the same call goes on.

    Raises:
        FetchError: The archive refuses, or can't be reached. What came before is in the index.
        UsageError: ``since_last`` without a last harvest and without ``start``.
    """
    listener, limits = listener or SilentHarvest(), limits or Limits()
    pace = Pace(_delay(archive, delay))
    with ExitStack() as stack:
        client = stack.enter_context(Client(archive.url, pace, limits, listener.waits))
        store = stack.enter_context(using_store(location))
        try:
            run = stack.enter_context(
                opened(
                    store,
                    model=model,
                    keep_duplicates=keep_duplicates,
                    ray=ray,
                    listener=listener,
                    create=bool(start) or not since_last,
                )
            )
        except IndexNotFoundError:  # before an index is made for nothing
            raise UsageError(NO_BEGINNING) from None
        held = HeldPage(store.workspace, archive.key, limits.page_bytes)
        bookmark = open_bookmark(
            _stored(run, archive),
            start=start,
            end=end,
            since_last=since_last,
            overlap=archive.overlap,
        )
        try:
            _Harvest(archive, client, held, run).go_on(bookmark)
        except FetchError:
            run.writer.publish()  # what came before
            raise
    return run.tally


def _delay(archive: Archive, wanted: float | None) -> float:
    """Seconds between requests: below what an archive asks for only at another's address."""
    if wanted is None or wanted >= archive.delay:
        return archive.delay if wanted is None else wanted
    if checked(archive.url).host.endswith(archive.domain):
        raise UsageError(
            f"{archive.domain} asks for {archive.delay:g} seconds between requests; "
            "leave --delay out, or raise it"
        )
    return wanted


class _Harvest:
    """One call of :func:`harvest` under way."""

    def __init__(self, archive: Archive, client: Client, held: HeldPage, run: Run) -> None:
        self._archive, self._client, self._held, self._run = archive, client, held, run
        self._seen: set[str] = set()
        self._before = 0.0

    def go_on(self, bookmark: Bookmark) -> None:
        """Page by page, to the end."""
        self._before = bookmark.fraction or 0.0
        while not bookmark.done:
            try:
                page, day = self._page(bookmark.place)
            except ExpiredError:
                bookmark = bookmark.restarted()
                self._seen.clear()
                self._before = 0.0
                continue
            self._refuse_repeats(page)
            bookmark = bookmark.after(page, day)
            self._take(page, bookmark)

    def _page(self, place: Place) -> tuple[Page, str]:
        """The page at ``place``, and the day on which it was answered."""
        if kept := self._held.load(place):
            with suppress(TryAgainError):  # kept by a version that could read it
                return self._archive.read(place, kept), kept.day

        def read(answer: Answer) -> tuple[Page, str]:
            page = self._archive.read(place, answer)
            self._held.save(place, answer)
            return page, answer.day

        return self._client.ask(self._archive.request(place), read)

    def _refuse_repeats(self, page: Page) -> None:
        if page.mark and page.mark in self._seen:
            raise FetchError(
                f"{self._archive.url}: gives the same page again and again; what came is kept, "
                "tell the people who run it"
            )
        self._seen.add(page.mark)

    def _take(self, page: Page, bookmark: Bookmark) -> None:
        source, url = self._archive.source, self._archive.url
        records = [judge(item, source=source, path=url) for item in page.items]
        meta = {_meta_key(self._archive): bookmark.to_json()}
        self._run.take(records, second_hand=self._archive.second_hand, meta=meta)
        self._held.drop()
        self._run.report(self._fraction(bookmark))

    def _fraction(self, bookmark: Bookmark) -> float | None:
        """How much is read of what was left when this call began."""
        fraction = bookmark.fraction
        if fraction is None or self._before >= 1:
            return fraction
        return max(0.0, fraction - self._before) / (1 - self._before)


def _meta_key(archive: Archive) -> str:
    return f"fetch:{archive.key}"


def _stored(run: Run, archive: Archive) -> Bookmark | None:
    text = run.writer.meta(_meta_key(archive))
    return Bookmark.from_json(text) if text else None
