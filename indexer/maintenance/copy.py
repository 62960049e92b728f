"""A copy of an index in another place, such as on a cluster: vectors and all, nothing is embedded.

One published state is copied, with its row numbers, its changes and what it remembers of harvests,
so that orders and samples are the same, and digests and harvests go on where they were.
"""

from __future__ import annotations

import logging
import time

from indexer.copying import Copying, Origin
from indexer.errors import IndexBusyError, IndexNotFoundError, SnapshotExpiredError
from indexer.local.index_model import copy_kept
from indexer.local.partial import require_apart
from indexer.location import Location, using_store
from indexer.pipeline import PUBLISH_SECONDS
from indexer.progress import Listener, Silent, Tally
from indexer.snapshot import Snapshot
from indexer.store import Store
from indexer.where import ALL

BATCH = 1_000
"""Papers that are added at once."""
_TRIES = 5
"""States of the source that may come and go while one is copied."""
_PATIENCE_SECONDS = 2 * PUBLISH_SECONDS
_PAUSE_SECONDS = 0.2
_LOG = logging.getLogger("nearpaper")


def copy(source: Location, target: Location, listener: Listener | None = None) -> Tally:
    """Copy an index to where there is none; others may read and write the source meanwhile.

    Stopped or killed, the same call goes on.

    Args:
        source: Where the index is.
        target: Where it is copied to.
        listener: Is told of the progress.

    Returns:
        What was done: papers that were added, and those that an earlier call had added
        (``unchanged``). Ctrl-C ends it early and in good order.

    Raises:
        UsageError: There is something at the target.
        IndexBusyError: Another process copies to it, or what was written to the source isn't
            published.
    """
    tally, started = Tally(), time.monotonic()
    with using_store(source) as here, using_store(target) as there:
        if here.workspace is not None and there.workspace is not None:
            require_apart(here.workspace, there.workspace)
        try:
            _copy(here, there, tally, listener or Silent())
        except KeyboardInterrupt:
            tally.interrupted = True
    tally.seconds = time.monotonic() - started
    return tally


def _copy(source: Store, target: Store, tally: Tally, listener: Listener) -> None:
    """Copy what is published, or what is then, should it be gone before it is copied."""
    tries = _TRIES
    while True:
        try:
            return _copy_state(source, target, tally, listener)
        except SnapshotExpiredError:
            tries -= 1
            if not tries:
                raise


def _copy_state(source: Store, target: Store, tally: Tally, listener: Listener) -> None:
    snapshot, origin = _published(source)
    with target.copying(origin) as copying:
        if copying.is_anew:
            _LOG.warning(
                "nearpaper: %s: there was an unfinished copy of another index, or of this one "
                "before it changed; copying begins anew",
                target.location,
            )
        if source.workspace is not None and copying.workspace is not None:
            copy_kept(source.workspace, copying.workspace)
        _fill(copying, snapshot, tally, listener)
        copying.finish()


def _published(source: Store) -> tuple[Snapshot, Origin]:
    """What is published, and what it is, with no bookmark that is ahead of its papers."""
    source.recover()
    _shown(source)
    number, meta = source.committed()
    until = time.monotonic() + _PATIENCE_SECONDS
    while (snapshot := _shown(source)).about.change < number:
        if time.monotonic() > until:
            raise IndexBusyError(
                f"{source.location}: what was written last isn't published yet; copy it when the "
                "writer is done"
            )
        time.sleep(_PAUSE_SECONDS)
    about = snapshot.about
    return snapshot, Origin(
        identity=about.identity,
        fingerprint=about.fingerprint,
        change=about.change,
        papers=about.papers,
        model=about.model,
        recipe=about.recipe,
        changes=snapshot.changes(),
        meta=meta,
    )


def _shown(source: Store) -> Snapshot:
    snapshot = source.snapshot()
    if snapshot is None:
        raise IndexNotFoundError(
            f"{source.location}: still empty; add papers with `nearpaper index`"
        )
    return snapshot


def _fill(copying: Copying, snapshot: Snapshot, tally: Tally, listener: Listener) -> None:
    started, papers = time.monotonic(), max(1, snapshot.about.papers)
    held, tally.added, tally.unchanged = copying.last_row, 0, 0
    for keys in snapshot.scan(ALL, BATCH):
        rows = snapshot.rows(keys)
        new = rows > held
        if new.any():
            copying.add(rows[new].tolist(), snapshot.entries(keys[new]))
        tally.added += int(new.sum())
        tally.unchanged += int((~new).sum())
        tally.seconds = time.monotonic() - started
        listener.advanced(tally, tally.read / papers)
