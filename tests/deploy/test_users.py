"""users.sh asks for the two roles and users, as the administrator."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.files import DEPLOY, load

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on the PATH")
PASSWORDS = {"NEARPAPER_READER_PASSWORD": "r0", "NEARPAPER_WRITER_PASSWORD": "w0-._~"}


class Recorder(ThreadingHTTPServer):
    """Takes down what it is asked to put; the security plugin doesn't run in tests."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        context.verify_mode = ssl.CERT_REQUIRED
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.asked: list[tuple[str, Any]] = []
        self.subjects: set[str] = set()


class Handler(BaseHTTPRequestHandler):
    server: Recorder
    connection: ssl.SSLSocket

    def do_PUT(self) -> None:
        certificate: Any = self.connection.getpeercert()
        (((_, name),),) = certificate["subject"]
        self.server.subjects.add(f"CN={name}")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, json.loads(body)))
        self.send_response(201)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def recorder(server: Callable[[str], ssl.SSLContext]) -> Iterator[Recorder]:
    with Recorder(server("node")) as started:
        thread = threading.Thread(target=started.serve_forever)
        thread.start()
        try:
            yield started
        finally:
            started.shutdown()
            thread.join()


def run(prepared: Path, recorder: Recorder, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": "/usr/bin:/bin",
        "OPENSEARCH_URL": f"https://localhost:{recorder.server_port}",
        "CERTIFICATES": str(prepared / "secrets"),
        **PASSWORDS,
        **more,
    }
    return subprocess.run(
        ["sh", DEPLOY / "opensearch" / "users.sh"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_roles_and_users_are_made(prepared: Path, recorder: Recorder) -> None:
    done = run(prepared, recorder)
    assert done.returncode == 0, done.stderr
    wanted = []
    for name, password in (("nearpaper_reader", "r0"), ("nearpaper_writer", "w0-._~")):
        role = load(f"opensearch/{name}.json")
        user = {"password": password, "opendistro_security_roles": [name]}
        wanted += [(f"roles/{name}", role), (f"internalusers/{name}", user)]
    assert recorder.asked == [(f"/_plugins/_security/api/{path}", body) for path, body in wanted]
    settings = load("opensearch/opensearch.yml")
    assert recorder.subjects == set(settings["plugins.security.authcz.admin_dn"])


@pytest.mark.parametrize("password", ["", 'a"b', "a b", "a\\b"])
def test_other_passwords_are_refused(prepared: Path, recorder: Recorder, password: str) -> None:
    done = run(prepared, recorder, NEARPAPER_WRITER_PASSWORD=password)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert not [body for path, body in recorder.asked if path.endswith("_writer")]


def test_a_failure_is_told(prepared: Path, recorder: Recorder) -> None:
    done = run(prepared, recorder, CERTIFICATES="/nowhere")
    assert done.returncode != 0
    assert not recorder.asked
