"""The commands that serve: ``serve`` for people and programs, ``mcp`` for agents."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from api.commands import options
from api.commands.exit_codes import INTERRUPTED
from api.commands.keys import VARIABLE
from api.terminal.streams import say
from indexer.errors import UsageError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from search.engine import Engine

LogFormat = Literal["text", "json"]
Host = Annotated[
    str, typer.Option(metavar="HOST", help="Address to listen on; by default, this machine's.")
]
Port = Annotated[
    int, typer.Option(metavar="PORT", min=0, max=65535, help="Port; 0 takes any free one.")
]
Keys = Annotated[
    Path | None,
    typer.Option(
        "--keys",
        metavar="FILE",
        envvar=VARIABLE,
        help="Answer only who has a key in this file; see `nearpaper keys`.",
        show_default=False,
    ),
]
Open = Annotated[
    bool, typer.Option("--open", help="Let everybody who reaches the service ask, without a key.")
]
HostNames = Annotated[
    list[str] | None,
    typer.Option(
        "--host-name",
        metavar="NAME",
        envvar="NEARPAPER_HOST_NAMES",
        help="Name that others reach the service by; repeatable. Requests for other names are "
        "refused.",
        show_default=False,
    ),
]
Origins = Annotated[
    list[str] | None,
    typer.Option(
        "--cors-origin",
        metavar="ORIGIN",
        help="Site whose scripts may ask, such as https://example.org; repeatable.",
        show_default=False,
    ),
]
Certificate = Annotated[
    Path | None,
    typer.Option(
        "--tls-cert",
        metavar="FILE",
        help="Certificate in PEM format, with its chain: answers by HTTPS.",
        show_default=False,
    ),
]
RateLimit = Annotated[
    str | None,
    typer.Option(
        "--rate-limit",
        metavar="RATE",
        help="How often each client may ask, by its key or else its address, such as 60/minute.",
        show_default="any",
    ),
]
PrivateKey = Annotated[
    Path | None,
    typer.Option(
        "--tls-key",
        metavar="FILE",
        help="Private key of the certificate.",
        show_default="in the same file",
    ),
]


def serve(
    index: options.IndexLocation = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    rerank: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="Let requests ask for rerank=true, which reranks the top results with this "
            "sentence-transformers CrossEncoder, by name or path.",
            show_default=False,
        ),
    ] = None,
    keys: Keys = None,
    open_to_all: Open = False,
    host_names: HostNames = None,
    cors_origins: Origins = None,
    tls_cert: Certificate = None,
    tls_key: PrivateKey = None,
    rate_limit: RateLimit = None,
    health_port: Annotated[
        int | None,
        typer.Option(
            metavar="PORT",
            min=0,
            max=65535,
            help="Port for /healthz, /readyz and /metrics alone, however busy the other is.",
            show_default=False,
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option(metavar="N", min=1, max=64, help="Processes that answer.")
    ] = 1,
    writable: Annotated[
        bool,
        typer.Option(
            "--writable",
            help="Let keys of the role admin add and remove papers, under /api/v1/admin.",
        ),
    ] = False,
    audit_log: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="With --writable: where each change is written down.",
            show_default="audit.jsonl beside the keys",
        ),
    ] = None,
    log: Annotated[LogFormat, typer.Option(help="Format of the log on standard error.")] = "text",
    access_log: Annotated[
        bool, typer.Option("--access-log", help="Write a line for each request, without its query.")
    ] = False,
) -> None:
    """Serve a search page at / and an HTTP API, documented at /docs.

    Listening on another address than this machine's takes --keys or --open.
    """
    from api.http.access.access import access_for
    from api.http.load.bounds import bounds_over
    from api.http.observing.logs import set_up
    from api.http.processes.service import Service, shared_folder
    from api.http.processes.serving import serve_service
    from api.http.server import Place

    access = access_for(
        host,
        keys=keys,
        open=open_to_all,
        host_names=tuple(host_names or ()),
        origins=tuple(cors_origins or ()),
    )
    place = Place(
        host=host, port=port, certificate=tls_cert, private_key=tls_key, probes=health_port
    )
    set_up(log, access=access_log)
    beside_keys = (keys.parent if keys else Path()) / "audit.jsonl"
    audit = (audit_log or beside_keys) if writable else None
    with shared_folder() as shared:
        service = Service(
            index=index,
            reranker=rerank,
            access=access,
            bounds=bounds_over(index),
            rate=rate_limit,
            log=log,
            access_log=access_log,
            workers=workers,
            shared=shared,
            audit=audit,
        )
        serve_service(service, place)


def mcp(
    index: options.IndexLocation = None,
    http: Annotated[
        bool, typer.Option("--http", help="Use streamable HTTP instead of standard streams.")
    ] = False,
    host: Host = "127.0.0.1",
    port: Port = 8001,
    keys: Keys = None,
    open_to_all: Open = False,
    host_names: HostNames = None,
    tls_cert: Certificate = None,
    tls_key: PrivateKey = None,
    rate_limit: RateLimit = None,
) -> None:
    """Let agents search, over the Model Context Protocol.

    All options but --index are for --http.
    """
    try:
        from api.mcp.server import http_app, make_server
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("mcp"):
            raise
        message = "MCP needs the extra mcp; install it with `pip install 'nearpaper[mcp]'`"
        raise UsageError(message) from None
    if http:
        from api.http.access.access import access_for
        from api.http.guarded import guarded
        from api.http.load.bounds import bounds_over
        from api.http.load.rates import Rates
        from api.http.problems import tell
        from api.http.processes.service import shared_folder
        from api.http.server import Place, serve_app

        names = tuple(host_names or ())
        access = access_for(host, keys=keys, open=open_to_all, host_names=names)
        place = Place(host=host, port=port, path="/mcp", certificate=tls_cert, private_key=tls_key)
        bounds = bounds_over(index)
        with shared_folder() as shared:
            rates = Rates(rate_limit, shared / "counters") if rate_limit else None

            def app_over(engine: Engine) -> ASGIApp:
                agents = http_app(make_server(engine, tell=tell))
                return guarded(agents, access, bounds, rates)

            return serve_app(app_over, index, place, bounds)
    from search.engine import Engine

    with Engine.open(index) as engine:
        server = make_server(engine)
        signal.signal(signal.SIGINT, _stop)
        return server.run("stdio")


def _stop(*_: object) -> NoReturn:
    """End the process at Ctrl-C: a thread that waits for input would hold up any gentler way."""
    say("stopped")
    os._exit(INTERRUPTED)
