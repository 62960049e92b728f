"""nginx takes the proxy's configuration, and lets nobody in without a password."""

from __future__ import annotations

import base64
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

from indexer.pipeline import add
from tests.cluster.ports import free_ports
from tests.serving import serving

# Debian keeps it where only root looks.
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx on the PATH")
SIGNED_IN = {"Authorization": f"Basic {base64.b64encode(b'ada:lovelace').decode()}"}


def configured(prepared: Path, scratch: Path, workers: str, port: int) -> list[str]:
    """A command that starts nginx here: other folders, addresses and ports, the rest as it is."""
    text = (prepared / "nginx.conf").read_text(encoding="utf-8")
    for there, here in (
        (" /tmp/", f" {scratch}/"),
        ("/etc/nginx/secrets", f"{prepared}/secrets"),
        ("serve:8000", workers),
        ("listen 8443", f"listen 127.0.0.1:{port}"),
        ("worker_processes auto", "worker_processes 1"),
    ):
        assert there in text
        text = text.replace(there, here)
    (scratch / "nginx.conf").write_text(text, encoding="utf-8")
    hashed = subprocess.run(
        ["openssl", "passwd", "-6", "lovelace"], capture_output=True, text=True, check=True
    )
    (prepared / "secrets" / "htpasswd").write_text(f"ada:{hashed.stdout}", encoding="utf-8")
    assert NGINX is not None
    user = "user root; " if os.geteuid() == 0 else ""
    return [NGINX, "-e", "stderr", "-c", f"{scratch}/nginx.conf", "-g", f"{user}daemon off;"]


@pytest.fixture(scope="module")
def proxy(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a proxy in front of a worker."""
    scratch = tmp_path_factory.mktemp("proxy")
    (scratch / "papers.jsonl").write_text(
        '{"id": "1", "title": "Ripples", "abstract": "Of space."}'
    )
    add(scratch / "index", [str(scratch / "papers.jsonl")], model="hashing")
    (port,) = free_ports(1)
    with serving(scratch / "index") as (address, _):
        command = configured(prepared, scratch, address.removeprefix("http://"), port)
        tested = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert tested.returncode == 0, tested.stderr
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as nginx:
            try:
                wait_for(port)
                yield f"https://localhost:{port}"
            finally:
                nginx.terminate()


def wait_for(port: int) -> None:
    until = time.monotonic() + 20
    while True:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < until
        time.sleep(0.05)


def asked(url: str, client: ssl.SSLContext, headers: dict[str, str]) -> tuple[int, str]:
    try:
        with urlopen(Request(url, headers=headers), context=client, timeout=30) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.slow
def test_only_who_signs_in_is_answered(proxy: str, client: ssl.SSLContext) -> None:
    question = f"{proxy}/api/v1/search?q=ripples"
    wrong = {"Authorization": f"Basic {base64.b64encode(b'ada:byron').decode()}"}
    assert asked(question, client, {})[0] == 401
    assert asked(question, client, wrong)[0] == 401
    status, body = asked(question, client, SIGNED_IN)
    assert status == 200
    assert "Of space." in body
    assert asked(f"{proxy}/readyz", client, {})[0] == 200


def test_links_lead_through_the_proxy(proxy: str, client: ssl.SSLContext) -> None:
    _, feed = asked(f"{proxy}/feed.atom?q=ripples", client, SIGNED_IN)
    assert re.findall(r'rel="self"[^>]* href="([^"]+)"', feed) == [f"{proxy}/feed.atom?q=ripples"]


def test_the_longest_question_fits(proxy: str, client: ssl.SSLContext) -> None:
    longest = "%E6%B3%A8" * 10_000
    assert asked(f"{proxy}/api/v1/search?q={longest}", client, SIGNED_IN)[0] == 200


def test_without_tls_nobody_is_answered(proxy: str, client: ssl.SSLContext) -> None:
    status, _ = asked(proxy.replace("https", "http"), client, SIGNED_IN)
    assert status == 400
    with pytest.raises(URLError):
        asked(proxy, ssl.create_default_context(), SIGNED_IN)
