"""The commands that serve: ``serve`` for people and programs, ``mcp`` for agents."""

from __future__ import annotations

import os
import signal
from typing import Annotated, NoReturn

import typer

from api.commands import options
from api.commands.exit_codes import INTERRUPTED
from api.terminal.streams import say
from indexer.errors import UsageError


def serve(
    index: options.IndexLocation = None,
    host: Annotated[
        str, typer.Option(metavar="HOST", help="Address to listen on; by default, this machine's.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(metavar="PORT", min=0, max=65535, help="Port; 0 takes any free one.")
    ] = 8000,
    rerank: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="Let requests ask for rerank=true, which reranks the top results with this "
            "sentence-transformers CrossEncoder, by name or path.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Serve a search page at / and an HTTP API, documented at /docs.

    The server has no authentication; put it behind an authenticating reverse proxy.
    """
    from api.http.app import create_app
    from api.http.server import serve_app
    from search.ranking.rerank import load_reranker

    reranker = load_reranker(rerank) if rerank else None
    serve_app(
        lambda engine: create_app(engine=engine, reranker=reranker), index, host=host, port=port
    )


def mcp(
    index: options.IndexLocation = None,
    http: Annotated[
        bool, typer.Option("--http", help="Use streamable HTTP instead of standard streams.")
    ] = False,
    host: Annotated[
        str, typer.Option(metavar="HOST", help="Address to listen on with --http.")
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            metavar="PORT", min=0, max=65535, help="Port with --http; 0 takes any free one."
        ),
    ] = 8001,
) -> None:
    """Let agents search, over the Model Context Protocol."""
    try:
        from api.mcp.server import make_server
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("mcp"):
            raise
        message = "MCP needs the extra mcp; install it with `pip install 'nearpaper[mcp]'`"
        raise UsageError(message) from None
    if http:
        from api.http.server import serve_app

        return serve_app(
            lambda engine: make_server(engine).streamable_http_app(host=host),
            index,
            host=host,
            port=port,
            path="/mcp",
        )
    from search.engine import Engine

    with Engine.open(index) as engine:
        server = make_server(engine)
        signal.signal(signal.SIGINT, _stop)
        return server.run("stdio")


def _stop(*_: object) -> NoReturn:
    """End the process at Ctrl-C: a thread that waits for input would hold up any gentler way."""
    say("stopped")
    os._exit(INTERRUPTED)
