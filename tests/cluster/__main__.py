"""``python -m tests.cluster``: a cluster to try things on, until Ctrl-C."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from tests.cluster.errors import ClusterError
from tests.cluster.launcher import Cluster


def main(
    nodes: Annotated[int, typer.Option(min=1, help="How many nodes.")] = 3,
    heap: Annotated[str, typer.Option(help="Java's heap for each.")] = "512m",
    folder: Annotated[
        Path | None, typer.Option(help="Where data are kept; else they go at the end.")
    ] = None,
) -> None:
    """Start an OpenSearch cluster on loopback, print its address, stay until Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with Cluster(nodes, heap=heap, folder=folder, full_speed=True) as cluster:
            typer.echo(f"opensearch+http://{','.join(cluster.addresses)}/")
            signal.pause()
    except ClusterError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit()


if __name__ == "__main__":
    typer.run(main)
