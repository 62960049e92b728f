"""What a cluster refuses for good, in one line that says what to do."""

from __future__ import annotations

from opensearchpy.exceptions import ConnectionError, ConnectionTimeout, SSLError, TransportError

from indexer.errors import ClusterError, NearpaperError, StorageError
from indexer.opensearch.address import PLAIN, Address
from indexer.opensearch.requests.credentials import KEY, PASSWORD, USER

_LONGEST = 200
_TOO_MUCH = 429
_REFUSED = frozenset(range(400, 500)) - {_TOO_MUCH}


def refusal(address: Address, error: TransportError) -> NearpaperError | None:
    """What no other try would change; ``None`` where it might."""
    if isinstance(error, SSLError) and "WRONG_VERSION_NUMBER" in error.error:
        return ClusterError(
            f"{address}: no TLS there; check the port, or write {PLAIN} for a cluster without it"
        )
    if isinstance(error, SSLError) and "CERTIFICATE_VERIFY_FAILED" in error.error:
        return ClusterError(
            f"{address}: the certificate isn't trusted ({short(error.error)}); name the authority "
            "with ?ca=FILE, and use the host's name as the certificate has it"
        )
    if full := no_room(address, f"{error.error} {error.info}"):
        return full
    if error.status_code == 401:
        return ClusterError(
            f"{address}: the cluster refused the user or password; set ${USER} and ${PASSWORD}, "
            f"or ${KEY}"
        )
    if error.status_code == 403:
        return ClusterError(
            f"{address}: the cluster doesn't allow this to the user of ${USER} or ${KEY}"
        )
    if error.status_code in _REFUSED:
        return ClusterError(f"{address}: the cluster refused a request: {short(_reason(error))}")
    return None


def no_answer(address: Address, error: TransportError) -> ClusterError:
    """What is told when no try helped."""
    if isinstance(error, ConnectionTimeout):
        return ClusterError(
            f"{address}: the cluster doesn't answer in time; look at its health, then try again"
        )
    if isinstance(error, ConnectionError):
        return ClusterError(
            f"{address}: no node answers; check the address, and that the cluster runs"
        )
    if error.status_code == _TOO_MUCH:
        return ClusterError(f"{address}: the cluster has too much to do; try again later")
    return ClusterError(
        f"{address}: the cluster can't answer now ({short(_reason(error))}); too few of its nodes "
        "may be up: try again, or look at its health"
    )


def no_room(address: Address, told: str) -> StorageError | None:
    """What a cluster says that lets nobody write; it does so by itself when its disks are full."""
    if "disk usage exceeded" in told or "read-only-allow-delete" in told:
        return StorageError(
            f"{address}: the cluster has no room left, and lets nobody write; add disk or nodes, "
            "then run the same command again"
        )
    if "FORBIDDEN" in told and "read-only" in told:
        return StorageError(
            f"{address}: the index is read-only on the cluster; allow writing, then run the same "
            "command again"
        )
    return None


def _reason(error: TransportError) -> str:
    """The innermost reason that the cluster gives, or whatever answers in its place."""
    if not isinstance(error.info, dict):
        return f"HTTP status {error.status_code}"
    told = error.info.get("error", {})
    while isinstance(told, dict) and isinstance(told.get("caused_by"), dict):
        told = told["caused_by"]
    return str(told.get("reason", error.error) if isinstance(told, dict) else error.error)


def short(text: object) -> str:
    """What others say, in a length that one line can hold."""
    told = " ".join(str(text).split())
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}…"
