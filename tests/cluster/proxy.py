"""nginx before a node: TLS, passwords, permissions, and too many requests."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cluster.ports import free_ports

WAIT_SECONDS = 10.0
CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr;
events {{}}
http {{
    access_log {folder}/access;
    client_max_body_size 50m;
    {temporary}
    {http}
    server {{
        listen 127.0.0.1:{port}{tls};
        {server}
        location / {{
            {location}
            proxy_pass http://{node};
        }}
    }}
}}
"""
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@contextmanager
def proxy(
    folder: Path, node: str, *, http: str = "", server: str = "", location: str = ""
) -> Iterator[int]:
    """A port at which a node is reached through nginx, with these lines in its configuration."""
    path = f"{os.environ['PATH']}:/usr/sbin"
    nginx = shutil.which("nginx", path=path)
    if nginx is None:
        pytest.skip("needs nginx (Debian: apt-get install nginx-light)")
    (port,) = free_ports(1)
    folder.mkdir(exist_ok=True)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        CONFIGURATION.format(
            folder=folder,
            port=port,
            node=node,
            tls=" ssl" if "ssl_certificate" in server else "",
            temporary=" ".join(f"{name}_temp_path {folder}/{name};" for name in _TEMPORARY),
            http=http,
            server=server,
            location=location,
        )
    )
    command = [nginx, "-p", str(folder), "-c", str(configuration)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            _wait_started(folder / "pid", process)
            yield port
        finally:
            process.terminate()


def _wait_started(pid: Path, process: subprocess.Popen[str]) -> None:
    """nginx writes its number once it listens."""
    until = time.monotonic() + WAIT_SECONDS
    while not pid.exists() or not pid.read_text():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < until
        time.sleep(0.02)


def statuses(folder: Path) -> list[int]:
    """Of all requests so far."""
    lines = (folder / "access").read_text().splitlines()
    return [int(line.split('" ')[1].split()[0]) for line in lines]
