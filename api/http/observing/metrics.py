"""Counts and times for Prometheus, summed over the processes of a service."""

from __future__ import annotations

import os
from collections.abc import Sequence

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from indexer.kept import lookups
from indexer.kept.lookups import Cache
from search.stages import Stage

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Where the processes of a service keep their counts; prometheus_client reads it when imported."""
MEDIA_TYPE = CONTENT_TYPE_LATEST

REQUESTS = Counter(
    "nearpaper_requests",
    "Requests by route and status.",
    ["route", "status"],
)
SECONDS = Histogram(
    "nearpaper_request_seconds",
    "Time from a request's head to the end of its answer.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120),
)
STAGES = Histogram(
    "nearpaper_stage_seconds",
    "Time of each stage of an answer.",
    ["stage"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 10),
)
CACHES = Counter(
    "nearpaper_cache_requests",
    "Lookups in each cache, by whether it held what was asked for.",
    ["cache", "result"],
)
REJECTED = Counter(
    "nearpaper_requests_rejected",
    "Requests turned away, by problem.",
    ["kind"],
)
RUNNING = Gauge(
    "nearpaper_requests_running", "Requests worked on.", ["line"], multiprocess_mode="livesum"
)
WAITING = Gauge(
    "nearpaper_requests_waiting", "Requests in line.", ["line"], multiprocess_mode="livesum"
)
PAPERS = Gauge("nearpaper_index_papers", "Papers in the index.", multiprocess_mode="livemax")
GENERATION = Gauge(
    "nearpaper_index_generation", "Generation that is answered from.", multiprocess_mode="livemin"
)
CHANGED = Gauge(
    "nearpaper_index_changed_timestamp_seconds",
    "When the index that is answered from was changed last.",
    multiprocess_mode="livemin",
)
STALE = Gauge(
    "nearpaper_index_stale",
    "1 while changes are committed that no answer comes from.",
    multiprocess_mode="livemax",
)


def count_stages(stages: Sequence[Stage]) -> None:
    """Observes an engine."""
    for stage in stages:
        STAGES.labels(stage.name).observe(stage.wall)


def count_lookups(cache: Cache, hit: bool, times: int) -> None:
    """Observes the caches."""
    CACHES.labels(cache, "hit" if hit else "miss").inc(times)


lookups.observers.append(count_lookups)


def exposition() -> bytes:
    """All metrics in Prometheus's text format."""
    if FOLDER_VARIABLE not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
