"""Actors that share one queue: each takes the next batch when it is free."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from queue import Empty, PriorityQueue
from typing import Any

from indexer.errors import NearpaperError, RayError
from indexer.models.embedder import Encoded

_LOG = logging.getLogger("nearpaper")

START_SECONDS = 600.0
"""Within which an actor has a free place and its model: a hub's may have to be fetched first."""
HINT_SECONDS = 30.0
"""After which people are told what a run waits for."""
TRIES = 4
"""Actors that one batch may end before it is to blame."""


@dataclass(order=True, slots=True)
class _Job:
    """A batch on its way; those that were begun first go first, also when they go again."""

    number: int
    texts: Sequence[str] = field(compare=False)
    done: Future[Encoded] = field(default_factory=Future, compare=False)
    tries: int = field(default=0, compare=False)


class ActorPool:
    """One thread for each actor waits for what it does.

    The batch of an actor that dies goes to another; Ray starts the actor again, and then it takes
    part again.

    Args:
        actors: Handles of :class:`~indexer.ray.encoder.Encoder`.
    """

    def __init__(self, actors: Sequence[Any]) -> None:
        self._actors = actors
        self._alive = len(actors)
        self._jobs: PriorityQueue[_Job] = PriorityQueue()
        self._numbers = count(1)
        self._failure: NearpaperError | None = None
        self._has_hinted = False
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._serve, args=[actor], daemon=True) for actor in actors
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, texts: Sequence[str]) -> Future[Encoded]:
        """Have ``n`` texts embedded by whoever is free first."""
        job = _Job(next(self._numbers), texts)
        self._put(job)
        return job.done

    def close(self) -> None:
        """End the actors; batches under way fail."""
        import ray

        self._fail(RayError("the actors were stopped"))
        for actor in self._actors:
            ray.kill(actor)
        for _ in self._threads:
            self._jobs.put(_Job(0, ()))
        for thread in self._threads:
            thread.join(timeout=10)

    def _serve(self, actor: Any) -> None:  # noqa: ANN401 - made by Ray
        from ray.exceptions import RayTaskError

        try:
            self._wait_until_ready(actor)
            while (job := self._jobs.get()).number:
                self._embed(job, actor)
        except RayTaskError as error:
            self._fail(_reason(error))
        except Exception as error:
            self._lose(error)

    def _embed(self, job: _Job, actor: Any) -> None:  # noqa: ANN401
        """See to it that a batch is embedded, here or by another; raises what ends an actor."""
        import ray
        from ray.exceptions import RayError as RaysError
        from ray.exceptions import RayTaskError

        try:
            job.done.set_result(ray.get(actor.encode.remote(job.texts)))
        except RayTaskError as error:
            job.done.set_exception(_reason(error))
        except RaysError as error:
            if self._failure is None:
                _LOG.warning(
                    "nearpaper: an actor is lost, its batch goes to another: %s", _line(error)
                )
            job.tries += 1
            if job.tries == TRIES:
                self._fail(RayError(f"the same batch ended {TRIES} actors; {_line(error)}"))
            self._put(job)
            self._wait_until_ready(actor)
        except Exception as error:  # of any kind: somebody waits for this batch
            job.done.set_exception(_reason(error))

    def _wait_until_ready(self, actor: Any) -> None:  # noqa: ANN401
        """Return when an actor has its model; where Ray starts it again, after that."""
        import ray

        ready = actor.model.options(max_task_retries=-1).remote()
        if not ray.wait([ready], timeout=HINT_SECONDS)[0] and not self._has_hinted:
            self._has_hinted = True
            _LOG.warning(
                "nearpaper: waiting for actors: for CPUs or GPUs that are free (see `ray status`), "
                "or for the model"
            )
        ray.get(ready, timeout=START_SECONDS)

    def _put(self, job: _Job) -> None:
        with self._lock:
            if self._failure is None:
                self._jobs.put(job)
            else:
                job.done.set_exception(self._failure)

    def _lose(self, error: Exception) -> None:
        with self._lock:
            self._alive -= 1
        if not self._alive:
            self._fail(
                RayError(
                    f"no actor is left on Ray ({_line(error)}); what was committed is kept, run "
                    "the same command again to resume"
                )
            )

    def _fail(self, error: NearpaperError) -> None:
        """Refuse what comes from now on, and what waits."""
        with self._lock, suppress(Empty):
            if self._failure is None:
                self._failure = error
                while True:
                    self._jobs.get_nowait().done.set_exception(error)


def _reason(error: Exception) -> NearpaperError:
    """What an actor raised, or what became of it on the way."""
    cause = getattr(error, "cause", None)
    if isinstance(cause, NearpaperError):
        return cause
    return RayError(f"embedding on Ray failed: {_line(error)}")


def _line(error: Exception) -> str:
    """The last line of what Ray says, which has the cause; at most 300 characters."""
    lines = [line for line in str(error).splitlines() if line.strip() and line[0] != "\t"]
    return lines[-1][:300] if lines else type(error).__name__
