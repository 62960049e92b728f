from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
COMMIT = "c0ffee" * 6 + "c0ff"
REPOSITORY = "someone/small-model"
SCRIPT = """
import sys
from indexer.errors import ModelError
from indexer.models.hub import find_model
try:
    found = find_model(sys.argv[1])
except ModelError as error:
    print("ModelError", error)
else:
    print(found.name, found.revision, *sorted(file.name for file in found.path.iterdir()))
"""


class Hub(BaseHTTPRequestHandler):
    """Speaks as much of the hub's protocol as a download needs."""

    folder: Path

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _answer(self, *, with_body: bool) -> None:
        path = self.path.partition("?")[0]
        files = {str(file.relative_to(self.folder)): file for file in self.folder.rglob("*.*")}
        if path in [f"/api/models/{REPOSITORY}/revision/{name}" for name in ("main", COMMIT)]:
            names = [{"rfilename": name} for name in files]
            listing = {"id": REPOSITORY, "sha": COMMIT, "siblings": names}
            return self._send(json.dumps(listing).encode(), with_body)
        if path.startswith(f"/api/models/{REPOSITORY}/tree/{COMMIT}"):
            tree = [
                {"type": "file", "path": name, "size": file.stat().st_size, "oid": _oid(file)}
                for name, file in files.items()
            ]
            return self._send(json.dumps(tree).encode(), with_body)
        name = path.removeprefix(f"/{REPOSITORY}/resolve/{COMMIT}/")
        if name in files:
            return self._send(files[name].read_bytes(), with_body, _oid(files[name]))
        self.send_error(404)
        return None

    def _send(self, body: bytes, with_body: bool, etag: str = "") -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Repo-Commit", COMMIT)
        if etag:
            self.send_header("ETag", f'"{etag}"')
        self.end_headers()
        if with_body:
            self.wfile.write(body)


def _oid(file: Path) -> str:
    return hashlib.sha1(file.read_bytes(), usedforsecurity=False).hexdigest()


@pytest.fixture
def hub(small_model: Path) -> Iterator[str]:
    handler = type("SmallHub", (Hub,), {"folder": small_model})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def find(name: str, hub: str, home: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, name],
        cwd=ROOT,
        env=os.environ | {"HF_ENDPOINT": hub, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.slow
def test_a_model_is_fetched_once_and_then_found_offline(hub: str, tmp_path: Path) -> None:
    name, revision, *files = find(REPOSITORY, hub, tmp_path)
    assert (name, revision) == (REPOSITORY, COMMIT)
    assert {"modules.json", "model.safetensors", "tokenizer.json"} <= set(files)
    assert "README.md" in files  # it names the licence
    # Nothing listens there.
    assert find(REPOSITORY, "http://127.0.0.1:9", tmp_path) == [name, revision, *files]


@pytest.mark.slow
def test_a_model_that_another_library_fetched_in_part_is_fetched_whole(
    hub: str, tmp_path: Path
) -> None:
    find(REPOSITORY, hub, tmp_path)
    (kept,) = tmp_path.glob("hub/models--*/snapshots/*/modules.json")
    kept.unlink()
    assert "modules.json" not in find(REPOSITORY, "http://127.0.0.1:9", tmp_path)
    assert "modules.json" in find(REPOSITORY, hub, tmp_path)


@pytest.mark.slow
def test_no_model_in_part_becomes_one_of_another_revision(hub: str, tmp_path: Path) -> None:
    find(REPOSITORY, hub, tmp_path)
    (kept,) = tmp_path.glob("hub/models--*/snapshots/*/modules.json")
    kept.unlink()
    (newest,) = tmp_path.glob("hub/models--*/refs/main")
    older = kept.parent.rename(kept.parent.with_name("0" * 40))
    newest.write_text(older.name, encoding="utf-8")
    assert find(REPOSITORY, hub, tmp_path)[1] == older.name


@pytest.mark.slow
@pytest.mark.parametrize("name", [REPOSITORY, "no-such-model"])
def test_a_model_that_cannot_be_fetched_is_named(name: str, tmp_path: Path) -> None:
    kind, *words = find(name, "http://127.0.0.1:9", tmp_path)
    assert kind == "ModelError"
    assert f"the model {name} is not in the local cache" in " ".join(words)


def test_a_model_that_the_hub_does_not_know_is_named(hub: str, tmp_path: Path) -> None:
    assert find("someone/else", hub, tmp_path)[0] == "ModelError"
