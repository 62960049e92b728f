"""What supervisors of the service are told of its index."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from api.http.app import create_app
from indexer.maintenance.upkeep import rebuild
from tests.conftest import MakeIndex


def readiness(client: TestClient, status: str) -> dict[str, Any]:
    """What is told as soon as it is what is wanted: a probe doesn't wait long for news."""
    until = time.monotonic() + 20
    while (told := client.get("/readyz")).json()["status"] != status:
        assert time.monotonic() < until, told.text
    return dict(told.json())


def test_an_index_that_another_was_put_into_is_answered_from_and_told_as_stale(
    tmp_path: Path, make_index: MakeIndex, sample_index: Path
) -> None:
    index = make_index([{"id": "a", "title": "About parsing"}])
    with TestClient(create_app(index)) as client:
        assert client.get("/api/v1/papers/a").status_code == 200
        readiness(client, "ready")
        shutil.copy(sample_index / "catalog.sqlite", tmp_path / "other")
        (tmp_path / "other").rename(index / "catalog.sqlite")
        assert readiness(client, "stale")["papers"] == 1
        assert client.get("/api/v1/papers/a").json()["title"] == "About parsing"
        rebuild(index)
        assert readiness(client, "ready")["papers"] > 100
        assert client.get("/api/v1/papers/a").status_code == 404
