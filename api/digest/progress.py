"""How far each reader has got, kept beside the file of searches.

A reader is an e-mail address, or whoever reads what is written. The file is replaced whole, after
the news were handed over. What was about to be mailed is noted before: a mail that may or may not
have arrived is sent again as the same one, with the same Message-ID, and never with more in it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from indexer.arrivals import History, Moment
from indexer.durable import replace_file
from indexer.errors import StorageError, storage_error

WRITTEN = "written"
"""The reader of what is written; no e-mail address looks like that."""
FIRST_DAYS = 7
"""How far the first digest goes back."""
REMEMBERED = 20_000
"""Papers that a reader has got and that aren't sent again should they come anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How far a reader has got.

    Attributes:
        identity: Of the index.
        change: The last change of it that the reader knows all of.
        made: When that was made; another index with such a change made it at another time.
        pending: The last change of a mail that was about to be sent.
        sent: Ids of papers that the reader has got, the oldest first.
    """

    identity: str
    change: int
    made: str
    pending: int | None = None
    sent: tuple[str, ...] = ()

    def got(self, moment: Moment, ids: Sequence[str]) -> Reached:
        """When the reader has everything up to a moment."""
        return Reached(
            identity=moment.identity,
            change=moment.change,
            made=moment.made,
            sent=(*self.sent, *ids)[-REMEMBERED:],
        )


class Progress:
    """The readers of one file of searches; belongs to the holder of the lock beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._readers = _loaded(path)

    def of(self, reader: str, history: History) -> tuple[Reached, str]:
        """How far a reader has got, and what there is to say about it."""
        now, known = history.now(), self._readers.get(reader)
        if known is None:
            start = datetime.now(UTC) - timedelta(FIRST_DAYS)
            then = history.before(start.isoformat(timespec="seconds"))
            reached = Reached(identity=now.identity, change=then.change, made=then.made)
            return reached, f"the first digest: papers that came in the last {FIRST_DAYS} days"
        if known.identity != now.identity:
            reached = replace(known.got(now, ()), pending=None)
            return reached, "another index than last time; what it holds now counts as known"
        if known.change > now.change or history.after(known.change).made != known.made:
            then = history.before(known.made)
            reached = known.got(then, ())
            return (
                reached,
                f"the index is an older copy; papers that came since {known.made} are new",
            )
        return known, ""

    def keep(self, reader: str, reached: Reached) -> None:
        """Remember how far a reader has got; on return it is on the disk."""
        self._readers[reader] = reached
        readers = {name: asdict(one) for name, one in self._readers.items()}
        replace_file(self._path, json.dumps({"version": 1, "readers": readers}, indent=1).encode())


def _loaded(path: Path) -> dict[str, Reached]:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise storage_error(error, path) from error
    try:
        kept = json.loads(content)
        if kept["version"] != 1:
            raise ValueError("version")
        return {str(name): _reached(values) for name, values in kept["readers"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise StorageError(
            f"{path}: not what was written; put it back, or delete it to begin anew"
        ) from None


def _reached(values: dict[str, Any]) -> Reached:
    pending = values["pending"]
    for number in (values["change"], 0 if pending is None else pending):
        if type(number) is not int or not 0 <= number < 2**62:
            raise ValueError("change")
    return Reached(
        identity=str(values["identity"]),
        change=values["change"],
        made=str(values["made"]),
        pending=pending,
        sent=tuple(map(str, values["sent"])),
    )
