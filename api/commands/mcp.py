"""The command ``nearpaper mcp``."""

from __future__ import annotations

import os
import signal
from typing import Annotated, NoReturn

import typer

from api.commands import options
from api.commands.exit_codes import INTERRUPTED
from api.terminal import output as terminal
from indexer.errors import UsageError


def mcp(
    index: options.IndexFolder = None,
    http: Annotated[
        bool, typer.Option("--http", help="Answer over streamable HTTP instead of stdio.")
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
    """Let agents search, as a server of the Model Context Protocol."""
    try:
        from api.mcp.server import make_server
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("mcp"):
            raise
        message = "agents need the extra mcp; install it with `pip install 'nearpaper[mcp]'`"
        raise UsageError(message) from None
    if http:
        from api.http.server import serve_agents

        return serve_agents(index, host=host, port=port)
    from search.engine import Engine

    with Engine.open(index) as engine:
        server = make_server(engine)
        signal.signal(signal.SIGINT, _stop)
        return server.run("stdio")


def _stop(*_: object) -> NoReturn:
    """End the process at Ctrl-C: a thread that waits for input would hold up any gentler way."""
    terminal.say("stopped")
    os._exit(INTERRUPTED)
