"""An index on an OpenSearch cluster: what reads it, what writes it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import count

from opensearchpy.exceptions import NotFoundError

from indexer.analysis import TOKENS
from indexer.closeness.calibration import KEY, calibration_of
from indexer.copying import Origin
from indexer.errors import (
    ClusterError,
    IndexBusyError,
    IndexFormatError,
    IndexNotFoundError,
    SnapshotExpiredError,
    StorageError,
    UsageError,
)
from indexer.models.choice import Choice, Named
from indexer.models.compatibility import require_match
from indexer.models.embedder import Embedder, Model
from indexer.models.load import load_embedder
from indexer.models.precision import Precision
from indexer.models.recipe import RECIPE
from indexer.opensearch.address import Address
from indexer.opensearch.querying.glossaries import Glossaries
from indexer.opensearch.records.head import Stored, read_head, require_published
from indexer.opensearch.requests.client import Cluster
from indexer.opensearch.snapshot import OpenSearchSnapshot, RecentPapers
from indexer.opensearch.writing.copying import OpenSearchCopying, copying
from indexer.opensearch.writing.creation import (
    copies_kept,
    create,
    remove_others,
    require_agreement,
    tokens_of,
)
from indexer.opensearch.writing.decisions import abort
from indexer.opensearch.writing.lease import Lease
from indexer.opensearch.writing.writer import OpenSearchWriter

_LOG = logging.getLogger("nearpaper")


class OpenSearchStore:
    """An index on a cluster, which need not be there yet. Safe to use from many threads.

    Attributes:
        address: Where it is.
        cluster: What is asked.
    """

    workspace = None
    remote = True
    problem = ""  # what the cluster can't answer fails

    def __init__(self, address: Address) -> None:
        self.address = address
        if address.is_plain_away_from_loopback:
            _LOG.warning("nearpaper: %s: not encrypted; use opensearch:// for TLS", address)
        self.cluster = Cluster(address)
        self._snapshot: OpenSearchSnapshot | None = None
        self._recent: dict[str, RecentPapers] = {}
        self._tokens: dict[str, int] = {}
        self._glossaries = Glossaries(self.cluster)
        self._taking = threading.Lock()
        self._reads, self._shown_by = count(), 0

    @property
    def location(self) -> str:
        """The address."""
        return str(self.address)

    def recover(self) -> None:
        """Publish what a killed writer committed, unless somebody writes or this one may not."""
        head = read_head(self.cluster).head
        if not head.is_free or head.published is None or head.is_shown:
            return
        try:
            with self.writer(outdated=True):
                pass  # opening publishes
        except (IndexBusyError, ClusterError, StorageError) as error:
            _LOG.warning("nearpaper: what was committed last isn't shown yet: %s", error)

    def snapshot(self) -> OpenSearchSnapshot | None:
        """The newest published state, the same object until there is another.

        Raises:
            IndexNotFoundError: There is no index.
            IndexFormatError: A newer nearpaper made it.
            UsageError: It has other shards, replicas or engine than the address says.
        """
        read = next(self._reads)
        head = read_head(self.cluster).head
        published = require_published(self.cluster, head)
        with self._taking:
            held = self._snapshot
            if held is not None and read < self._shown_by:
                return held  # by a thread that asked later
            self._shown_by = read
            if held is None or held.about.fingerprint != published.fingerprint:
                if held is None:
                    require_agreement(self.cluster, published.index)
                recent = self._recent.setdefault(published.index, RecentPapers())
                tokens = self._tokens.get(published.index)
                if tokens is None:
                    tokens = tokens_of(self.cluster, published.index)
                held = OpenSearchSnapshot(
                    self.cluster, head, published, recent, tokens, self._glossaries
                )
                self._recent, self._tokens = {published.index: recent}, {published.index: tokens}
                self._snapshot = held
            held.calibration = calibration_of(head.meta.get(KEY))
            return held

    @contextmanager
    def writer(
        self, create: Callable[[], Model] | None = None, *, outdated: bool = False
    ) -> Iterator[OpenSearchWriter]:
        """Open it for writing; raises ``IndexBusyError`` while another process writes.

        Args:
            create: Gives the model of a new index; without it a missing index is an error.
            outdated: Open even an index of another text recipe or of older words, to bring it up
                to date.
        """
        lease = Lease(self.cluster, self._stored(create))
        try:
            lease.settle(abort)
            head = lease.head
            if head.recipe != RECIPE and not outdated:
                raise IndexFormatError(
                    f"{self.address}: made with the text recipe {head.recipe!r}, this nearpaper "
                    f"uses {RECIPE!r}; run `nearpaper rebuild --embed --index {self.address}`"
                )
            if head.tokens != TOKENS and not outdated:
                raise IndexFormatError(
                    f"{self.address}: an older nearpaper made the words that are looked up; run "
                    f"`nearpaper rebuild --index {self.address}`"
                )
            writer = OpenSearchWriter(self.cluster, lease, copies_kept(self.cluster, head.index))
            writer.publish()
            remove_others(self.cluster, lease)
            yield writer
        except (NotFoundError, SnapshotExpiredError):
            # Who was overtaken may miss an index that another one stands for, the others one that
            # somebody deleted.
            lease.change()
            require_agreement(self.cluster, lease.head.index)
            raise
        finally:
            lease.end()

    def _stored(self, make: Callable[[], Model] | None) -> Stored:
        """The head, of a new index where there is none."""
        try:
            stored = read_head(self.cluster)
        except IndexNotFoundError:
            if make is None:
                raise
            return create(self.cluster, make())
        require_published(self.cluster, stored.head)
        require_agreement(self.cluster, stored.head.index)
        return stored

    def committed(self) -> tuple[int, dict[str, str]]:
        """Number of the last change, published or not, and the index's description after it."""
        head = read_head(self.cluster).head
        return head.decided, dict(head.meta)

    def copying(self, origin: Origin) -> AbstractContextManager[OpenSearchCopying]:
        """Make it a copy, begun or gone on with.

        Raises:
            UsageError: There is an index, or an unfinished one of other shards, replicas or engine.
            IndexBusyError: Another process is making it.
        """
        return copying(self.cluster, origin)

    def embedder(self, model: Model, given: Embedder | None = None) -> Embedder:
        """What embeds like the model of the index: ``given``, if it does, else it is loaded.

        Raises:
            ModelError: It can't be loaded, or isn't the same.
        """
        embedder = given or load_embedder(Choice().after(model))
        require_match(self.location, model, embedder.model)
        return embedder

    def new_embedder(
        self, named: Named, precision: Precision, sample: Callable[[], Sequence[str]]
    ) -> Embedder:
        """The model that vectors are to be made with from now on.

        Raises ``UsageError`` for int8, whose model is a file that would have to lie beside the
        index.
        """
        if precision == "int8":
            raise UsageError(
                f"{self.address}: an index on a cluster keeps no int8 model; leave out --precision"
            )
        return load_embedder(named)

    def close(self) -> None:
        """Let go of the connections."""
        self.cluster.close()

    def __repr__(self) -> str:
        return f"<OpenSearchStore {self.address}>"
