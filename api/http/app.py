"""The HTTP service: JSON under ``/api/v1``, a search page at ``/``, the API's page at ``/docs``."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread

from anyio import to_thread
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from api.http.engine_provider import EngineProvider
from api.http.middleware import BoundedBodies, HeadAsGet, SecurityHeaders
from api.http.problems import install_problems
from api.http.routes import batch, feeds, health, huggingface, papers, semantic_scholar, site
from api.pages.render import STATIC_FOLDER
from indexer.errors import NearpaperError
from indexer.location import Location
from indexer.version import version
from search.engine import Engine
from search.ranking.rerank import Reranker

_LOG = logging.getLogger("nearpaper")


def create_app(
    location: Location | None = None,
    *,
    engine: Engine | None = None,
    reranker: Reranker | None = None,
) -> FastAPI:
    """The service over the index at ``location``, or over an engine that the caller looks after.

    Requests may ask for ``reranker``. The service starts even without a usable index: ``/healthz``
    answers, and everything else reports the problem until there is an index.
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
    app.state.engine = EngineProvider(location, engine)
    app.state.reranker = reranker
    app.add_middleware(BoundedBodies)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(HeadAsGet)
    install_problems(app)
    for module in (batch, feeds, papers, huggingface, semantic_scholar, health, site):
        app.include_router(module.router)
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
    provider.close()


def _warm_up(provider: EngineProvider) -> None:
    try:
        provider.make_ready()
    except NearpaperError as error:
        _LOG.warning("nearpaper: %s", error)
