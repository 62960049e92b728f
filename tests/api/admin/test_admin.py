"""An index changed over HTTP, as safely as by the command line."""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.admin.audit_log import AuditLog
from api.admin.changes import Changes
from api.cli import run
from api.http.access.access import Access
from api.http.app import create_app
from api.keys.key_file import add_key
from indexer.errors import StorageError, UsageError
from indexer.location import open_store
from indexer.pipeline import add

ADMIN = "/api/v1/admin"
NEW = '{"id": "2401.00002", "title": "Newly added"}\nno paper\n'


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


@pytest.fixture
def index(tmp_path: Path) -> Path:
    source = tmp_path / "one.jsonl"
    source.write_text('{"id": "2401.00001", "title": "The only paper"}\n', encoding="utf-8")
    add(tmp_path / "index", [str(source)], model="hashing")
    return tmp_path / "index"


@pytest.fixture
def client(index: Path, keys: Path, tmp_path: Path) -> Iterator[TestClient]:
    secret = add_key(keys, "root", "admin", "")
    changes = Changes(index, tmp_path / "audit.jsonl")
    app = create_app(index, access=Access(keys=keys, open=True), changes=changes)
    with TestClient(app, headers={"x-api-key": secret}) as opened:
        yield opened


def test_papers_are_added_and_removed_and_each_change_is_written_down(
    client: TestClient, tmp_path: Path, index: Path
) -> None:
    before = client.get(f"{ADMIN}/status").json()
    assert (before["papers"], before["change"]) == (1, before["published"])
    response = client.post(f"{ADMIN}/papers?source=mine", content=NEW)
    assert response.status_code == 202
    added = response.json()
    assert (added["added"], added["rejected"], added["papers"]) == (1, 1, 2)
    assert added["change"] == added["published"] > before["change"]
    assert client.get("/api/v1/papers/2401.00002").json()["sources"] == ["mine"]
    removed = client.delete(f"{ADMIN}/papers/arXiv:2401.00002")
    assert removed.json()["removed"] == ["2401.00002"]
    assert client.get("/api/v1/papers/2401.00002").status_code == 404
    assert client.delete(f"{ADMIN}/papers/2401.00002").status_code == 404
    assert client.post(f"{ADMIN}/publish").json()["papers"] == 1
    log = tmp_path / "audit.jsonl"
    assert log.stat().st_mode & 0o777 == 0o600
    lines = [json.loads(line) for line in log.read_text(encoding="ascii").splitlines()]
    assert [(one["action"], one["outcome"]) for one in lines] == [
        *(("add", "begun"), ("add", "done"), ("remove", "begun"), ("remove", "done")),
        *(("remove", "begun"), ("remove", "failed"), ("publish", "begun"), ("publish", "done")),
    ]
    assert {one["key"] for one in lines} == {"root"}
    assert run(["check", "--index", str(index)]) == 0


@pytest.mark.slow
def test_nobody_changes_while_another_writes(client: TestClient, index: Path) -> None:
    store = open_store(index)
    with store.writer():
        for response in (
            client.post(f"{ADMIN}/papers", content=NEW),
            client.delete(f"{ADMIN}/papers/2401.00001"),
            client.post(f"{ADMIN}/publish"),
        ):
            assert response.status_code == 409
            assert response.json()["type"] == "urn:nearpaper:problem:index-busy"
    store.close()
    assert client.post(f"{ADMIN}/papers", content=NEW).status_code == 202


def test_a_reader_and_a_stranger_change_nothing(client: TestClient, keys: Path) -> None:
    reader = add_key(keys, "ada", "reader", "")
    for headers, status in (({"x-api-key": reader}, 403), ({"x-api-key": ""}, 401)):
        for method, address in (
            ("POST", "/papers"),
            ("DELETE", "/papers/2401.00001"),
            ("POST", "/publish"),
            ("GET", "/status"),
        ):
            told = client.request(method, ADMIN + address, headers=headers, content=NEW)
            assert told.status_code == status
    assert client.get(f"{ADMIN}/status").json()["papers"] == 1


def test_what_is_sent_is_bounded_and_its_source_is_no_path(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for source in ("../x", "", "a/b", ".x", "x" * 65):
        told = client.post(f"{ADMIN}/papers", params={"source": source}, content=NEW)
        assert told.status_code == 422, source
    monkeypatch.setattr("api.http.routes.admin.MOST_BYTES", 10)
    assert client.post(f"{ADMIN}/papers", content=NEW).status_code == 413
    assert client.get(f"{ADMIN}/status").json()["papers"] == 1
    monkeypatch.undo()
    assert client.post(f"{ADMIN}/papers", content=NEW).status_code == 202  # nothing is held


def test_nothing_is_changed_that_cannot_be_written_down(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "audit.jsonl").mkdir()
    assert client.post(f"{ADMIN}/papers", content=NEW).status_code == 507
    assert client.get(f"{ADMIN}/status").json()["papers"] == 1


def test_a_line_of_the_audit_log_is_whole_or_not_there(tmp_path: Path) -> None:
    path, limits = tmp_path / "log", resource.getrlimit(resource.RLIMIT_FSIZE)
    AuditLog(path).write(action="one")
    whole = path.read_bytes()
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 20, limits[1]))  # a disk nearly full
    try:
        with pytest.raises(StorageError):
            AuditLog(path).write(action="two")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == whole
    path.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        AuditLog(path).write(action="three")
    (tmp_path / "pipe").unlink(missing_ok=True)
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises((StorageError, UsageError)):
        AuditLog(tmp_path / "pipe").write(action="four")


def test_a_service_describes_the_changes_that_it_takes(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]
    added = described[f"{ADMIN}/papers"]["post"]
    assert added["security"] == [{"APIKeyHeader": []}, {"HTTPBearer": []}]
    assert {"202", "401", "403", "408", "409", "413"} <= set(added["responses"])
    assert "Papers, one JSON object a line" in client.get("/docs").text


def test_a_service_is_writable_only_for_an_admin(index: Path, keys: Path) -> None:
    add_key(keys, "ada", "reader", "")
    serve = ["serve", "--index", str(index), "--port", "0", "--writable"]
    assert run(serve) == 2
    assert run([*serve, "--open"]) == 2
    assert run([*serve, "--keys", str(keys)]) == 2
