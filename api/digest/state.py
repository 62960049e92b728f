"""How far each reader has got, kept beside the file of searches.

A reader is an e-mail address, or whoever reads standard output. News is written there before it is
delivered, and removed after: a mail that may or may not have arrived is sent again as it was, with
the same Message-ID. The file is only ever replaced whole.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from api.digest.letter import Letter
from indexer.errors import StorageError, storage_error
from indexer.files import replace_file
from indexer.snapshot import Moment
from search.lookup import History

PRINTED = "written"
"""Stands for whoever reads standard output; no e-mail address looks like that."""
FIRST_DAYS = 7
"""How far the first digest goes back."""
REMEMBERED = 20_000
"""Papers that a reader has got and that aren't sent again should they come anew."""


@dataclass(frozen=True, slots=True)
class Pending:
    """News that is about to be delivered.

    Attributes:
        letter: What to read.
        about: What it is about: of the same, a mail has the same Message-ID.
        moment: Of the index; the reader then knows all up to there.
        ids: Of the papers in it.
    """

    letter: Letter
    about: str
    moment: Moment
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How far a reader has got.

    Attributes:
        identity: Of the index.
        change: The last change of it that the reader knows all of.
        made: When that was made; another index with such a change made it at another time.
        pending: What was about to be handed over.
        sent: Ids of papers that the reader has got, the oldest first.
    """

    identity: str
    change: int
    made: str
    pending: Pending | None = None
    sent: tuple[str, ...] = ()

    def got(self, moment: Moment, ids: Sequence[str] = ()) -> Reached:
        """When the reader has everything up to a moment."""
        return Reached(
            identity=moment.identity,
            change=moment.change,
            made=moment.made,
            sent=(*self.sent, *ids)[-REMEMBERED:],
        )

    def got_pending(self) -> Reached:
        """When what was pending has arrived."""
        return self.got(self.pending.moment, self.pending.ids) if self.pending else self


class Progress:
    """The readers of one file of searches; belongs to the holder of the lock beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._readers = _loaded(path)

    def of(self, reader: str) -> Reached | None:
        """How far a reader has got, ``None`` for one who never got anything."""
        return self._readers.get(reader)

    def keep(self, reader: str, reached: Reached) -> None:
        """Remember how far a reader has got; on return it is on the disk."""
        self._readers[reader] = reached
        readers = {name: asdict(one) for name, one in self._readers.items()}
        replace_file(self._path, json.dumps({"version": 1, "readers": readers}, indent=1).encode())


def beginning(known: Reached | None, history: History) -> tuple[Reached, str]:
    """Where a digest begins for a reader, and what there is to say about it."""
    now = history.now()
    if known is None:
        start = datetime.now(UTC) - timedelta(FIRST_DAYS)
        then = history.before(start.isoformat(timespec="seconds"))
        reached = Reached(identity=now.identity, change=then.change, made=then.made)
        return reached, f"the first digest: papers added in the last {FIRST_DAYS} days"
    if known.identity != now.identity:
        return known.got(now), "a different index than last time; its present papers count as known"
    if known.change > now.change or history.after(known.change).made != known.made:
        then = history.before(known.made)
        return known.got(
            then
        ), f"the index was restored; papers added after {known.made} count as new"
    return known, ""


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
        raise StorageError(f"{path}: damaged; restore it, or delete it to start over") from None


def _reached(values: dict[str, Any]) -> Reached:
    moment, pending = _moment(values), values["pending"]
    return Reached(
        identity=moment.identity,
        change=moment.change,
        made=moment.made,
        pending=None if pending is None else _pending(pending),
        sent=tuple(map(str, values["sent"])),
    )


def _pending(values: dict[str, Any]) -> Pending:
    letter = Letter(*(str(values["letter"][part]) for part in ("subject", "text", "html")))
    ids = tuple(map(str, values["ids"]))
    return Pending(letter, str(values["about"]), _moment(values["moment"]), ids)


def _moment(values: dict[str, Any]) -> Moment:
    number = values["change"]
    if type(number) is not int or not 0 <= number < 2**62:
        raise ValueError("change")
    return Moment(str(values["identity"]), number, str(values["made"]))
