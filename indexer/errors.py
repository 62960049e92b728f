"""Every error that nearpaper raises on purpose, each one line that says what to do.

::

    NearpaperError                exit 1  HTTP 500
    ├── UsageError                exit 2  HTTP 422  a question, limit, date or option can't be
    ├── NotFoundError             exit 3  HTTP 404
    │   ├── IndexNotFoundError    exit 3  HTTP 503  the folder holds no index
    │   └── PaperNotFoundError    exit 3  HTTP 404
    ├── SourceError               exit 1  HTTP 422  an input can't be read at all
    ├── FetchError                exit 1  HTTP 502  an archive can't be reached or refuses
    ├── MailError                 exit 1  HTTP 502  a mail server can't be reached or refuses
    ├── ModelError                exit 1  HTTP 503  a model can't be loaded or isn't the index's
    ├── RayError                  exit 1  HTTP 502  Ray can't be reached or lost all its actors
    ├── IndexFormatError          exit 1  HTTP 503  by a newer nearpaper or another recipe
    │   └── IndexOutdatedError    exit 1  HTTP 503  by an older one, and can't be migrated now
    ├── IndexDamagedError         exit 1  HTTP 503
    ├── IndexBusyError            exit 1  HTTP 409  another process writes
    ├── ClusterError              exit 1  HTTP 503  a cluster can't be reached, or refuses
    ├── SnapshotExpiredError      exit 1  HTTP 503  the index changed while an answer was made
    └── StorageError              exit 1  HTTP 507  no room, no permission

The command line exits with ``exit_code``; the HTTP service answers ``status`` with a problem
document (RFC 9457) whose ``type`` ends in ``kind``.
"""

from __future__ import annotations

import errno
import re
from typing import ClassVar

__all__ = [
    "CONTROLS",
    "NO_LOCKS",
    "ClusterError",
    "FetchError",
    "IndexBusyError",
    "IndexDamagedError",
    "IndexFormatError",
    "IndexNotFoundError",
    "IndexOutdatedError",
    "MailError",
    "ModelError",
    "NearpaperError",
    "NotFoundError",
    "PaperNotFoundError",
    "RayError",
    "SnapshotExpiredError",
    "SourceError",
    "StorageError",
    "UsageError",
    "storage_error",
]


CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
"""Whatever begins a line, or a terminal or a log may obey instead of showing it."""


class NearpaperError(Exception):
    """Something failed; the message is one line for the person who caused or must mend it.

    It may quote what others wrote, such as an id or a folder's name, and still stays one line.
    """

    def __init__(self, message: str) -> None:
        super().__init__(CONTROLS.sub(" ", message))

    exit_code: ClassVar[int] = 1
    status: ClassVar[int] = 500
    kind: ClassVar[str] = "failed"
    title: ClassVar[str] = "Something went wrong"


class UsageError(NearpaperError):
    """The request itself is wrong."""

    exit_code = 2
    status = 422
    kind = "bad-request"
    title = "Please check your search"


class NotFoundError(NearpaperError):
    """What was asked for is not there."""

    exit_code = 3
    status = 404
    kind = "not-found"
    title = "Not found"


class IndexNotFoundError(NotFoundError):
    """The folder holds no index."""

    status = 503
    kind = "no-index"
    title = "There is no index"


class PaperNotFoundError(NotFoundError):
    """The index holds no paper of that id."""

    kind = "no-paper"
    title = "No such paper"


class SourceError(NearpaperError):
    """An input can't be read at all; single bad records are rejects, not errors."""

    status = 422
    kind = "unreadable-source"
    title = "The input can't be read"


class FetchError(NearpaperError):
    """An archive can't be reached, refuses, or answers what makes no sense."""

    status = 502
    kind = "fetch"
    title = "The archive can't be reached"


class MailError(NearpaperError):
    """A mail server can't be reached, or doesn't take a mail."""

    status = 502
    kind = "mail"
    title = "The mail can't be sent"


class ModelError(NearpaperError):
    """The model can't be loaded, or isn't the one that the index was made with."""

    status = 503
    kind = "model"
    title = "The model can't be used"


class RayError(NearpaperError):
    """A Ray cluster can't be reached or has no room, or all actors that embed are gone."""

    status = 502
    kind = "ray"
    title = "The Ray cluster can't embed"


class IndexFormatError(NearpaperError):
    """The index was made by a newer nearpaper or with another text recipe."""

    status = 503
    kind = "index-format"
    title = "The index has another format"


class IndexOutdatedError(IndexFormatError):
    """The index was made by an older nearpaper, and this process may not bring it up to date."""


class IndexDamagedError(NearpaperError):
    """Files of the index are missing or are not what was written."""

    status = 503
    kind = "index-damaged"
    title = "The index is damaged"


class IndexBusyError(NearpaperError):
    """Another process is writing to the index."""

    status = 409
    kind = "index-busy"
    title = "The index is being written to"


class ClusterError(NearpaperError):
    """The cluster that holds the index can't be reached, has too few nodes, or refuses."""

    status = 503
    kind = "cluster"
    title = "The cluster can't answer"


class SnapshotExpiredError(NearpaperError):
    """The index changed so much that what was being read is gone; the newest state is there."""

    status = 503
    kind = "index-changed"
    title = "The index changed; try again"


class StorageError(NearpaperError):
    """The file system refused: disk full, no permission, read-only."""

    status = 507
    kind = "storage"
    title = "The file can't be read or written"


NO_LOCKS = "this file system has no locks, as some on networks; choose a folder on a local disk"
"""Why an index can't be where nobody can say who writes to it."""
_ADVICE = {
    errno.ENOLCK: NO_LOCKS,
    errno.EOPNOTSUPP: NO_LOCKS,
    errno.ENOSYS: NO_LOCKS,
    errno.ENOSPC: "the disk is full; free some space and run the same command again",
    errno.EDQUOT: "the disk quota is used up; free some space and run the same command again",
    errno.EACCES: "permission denied; check the folder's owner and mode",
    errno.EPERM: "permission denied; check the folder's owner and mode",
    errno.EROFS: "the file system is read-only; choose another folder with --index",
}


def storage_error(error: OSError, path: object) -> StorageError:
    """One line for an ``OSError`` met while reading or writing ``path``."""
    reason = _ADVICE.get(error.errno or 0, error.strerror or str(error))
    return StorageError(f"{path}: {reason}")
