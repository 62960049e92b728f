"""A service that needs keys, and a client without one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.http.access.access import Access
from api.http.app import create_app
from api.keys.key_file import add_key
from search.engine import Engine


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


@pytest.fixture
def secret(file: Path) -> str:
    return add_key(file, "ada", "reader", "")


@pytest.fixture
def client(engine: Engine, file: Path, secret: str) -> Iterator[TestClient]:
    assert secret
    app = create_app(engine=engine, access=Access(keys=file))
    with TestClient(app, follow_redirects=False) as opened:
        yield opened
