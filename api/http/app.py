"""The HTTP service: JSON under ``/api/v1``, a search page at ``/``, the API's page at ``/docs``."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread
from typing import TYPE_CHECKING

from anyio import to_thread
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.staticfiles import StaticFiles

from api.admin.changes import Changes
from api.http.access.access import ANYBODY, Access
from api.http.access.authorisation import Authorisation
from api.http.access.hosts import KnownHosts
from api.http.engine_provider import EngineProvider, NotReadyError
from api.http.load.admission import Admission, Lanes
from api.http.load.bounds import BOUNDS, Bounds
from api.http.load.rates import RateLimits, Rates
from api.http.load.readiness import Readiness
from api.http.load.stopping import Taking
from api.http.map_maker import MapMaker
from api.http.middleware import HeadAsGet, SecurityHeaders
from api.http.observing.logs import settle
from api.http.observing.metrics import count_stages
from api.http.observing.observation import Observation
from api.http.problems import install_problems
from api.http.routes import (
    admin,
    batch,
    discovery,
    feeds,
    health,
    huggingface,
    lists,
    map,
    papers,
    semantic_scholar,
    sign_in,
    site,
    suggest,
    things,
)
from api.keys.key_file import KeyRing
from api.pages.template_engine import STATIC_FOLDER
from indexer.errors import NearpaperError
from indexer.location import Location
from indexer.version import version
from search.engine import Engine
from search.ranking.rerank import Reranker

if TYPE_CHECKING:
    from api.http.observing.spans import Spans

_LOG = logging.getLogger("nearpaper")


def create_app(
    location: Location | None = None,
    *,
    engine: Engine | None = None,
    reranker: Reranker | None = None,
    bounds: Bounds = BOUNDS,
    access: Access = ANYBODY,
    rates: Rates | None = None,
    changes: Changes | None = None,
    spans: Spans | None = None,
) -> FastAPI:
    """The service over the index at ``location``, or over an engine that the caller looks after.

    Requests may ask for ``reranker``, and are worked on within ``bounds``; ``access`` says who may
    ask, ``rates`` how often; ``changes`` lets admins change the index; ``spans`` traces requests.
    The service starts even without a usable index: ``/healthz`` answers, and everything else
    reports the problem until there is an index.

    Raises:
        UsageError: The file of keys isn't there, or is none.
    """
    app = FastAPI(
        title="nearpaper",
        summary="Semantic search over research papers.",
        version=version(),
        # FastAPI's own documentation pages load scripts from another host; ours is in `site`.
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    observers = (count_stages, spans.of_stages) if spans else (count_stages,)
    provider = app.state.engine = EngineProvider(location, engine, observers)
    app.state.spans = spans
    app.state.readiness = Readiness(
        provider.state, NotReadyError("the index is loading; try again in a few seconds")
    )
    app.state.reranker = reranker
    app.state.maps = MapMaker()
    ring = app.state.ring = KeyRing(access.keys) if access.keys else None
    app.state.needs_key = ring is not None and not access.open
    lanes = app.state.lanes = Lanes.of(bounds)
    app.add_middleware(Admission, bounds=bounds, lanes=lanes)
    app.add_middleware(Taking)
    if rates is not None:
        app.add_middleware(RateLimits, rate=rates.each, counters=rates.counters)
    if ring is not None:
        app.add_middleware(Authorisation, ring=ring, open=access.open)
    if access.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=access.origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "X-Api-Key", "Content-Type"],
            expose_headers=["ETag", "Retry-After"],
        )
    app.add_middleware(KnownHosts, access=access)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Observation)
    if spans is not None:
        from api.http.observing.spans import RequestSpans

        app.add_middleware(RequestSpans, spans=spans)
    app.add_middleware(HeadAsGet)
    install_problems(app)
    for module in (batch, feeds, lists, papers, suggest):
        app.include_router(module.router)
    for module in (huggingface, semantic_scholar, health, sign_in, discovery, map, site, things):
        app.include_router(module.router)
    app.include_router(lists.export_router)
    if changes is not None:
        app.state.changes = changes
        app.include_router(admin.router)
    app.mount("/static", StaticFiles(directory=STATIC_FOLDER))
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Warm the engine beside the first requests; close it after the last."""
    provider: EngineProvider = app.state.engine
    warming = Thread(target=_warm_up, args=(provider,), name="warm-up")
    warming.start()
    yield
    await to_thread.run_sync(warming.join)
    maps: MapMaker = app.state.maps
    maps.close()
    app.state.readiness.close()
    provider.close()
    if app.state.spans is not None:
        await to_thread.run_sync(app.state.spans.close)
    await to_thread.run_sync(settle)


def _warm_up(provider: EngineProvider) -> None:
    try:
        provider.make_ready()
    except NearpaperError as error:
        _LOG.warning("nearpaper: %s", error)
