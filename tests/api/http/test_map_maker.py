"""The map of a service: kept in the cache, and made by one worker for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.http.app import create_app
from api.http.map_maker import page_file
from search.engine import Engine

Worker = Callable[[], TestClient]


@pytest.fixture
def engine(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setenv("NEARPAPER_CACHE", str(tmp_path / "cache"))
    with Engine.open(folder) as opened:
        yield opened


@pytest.fixture
def worker(engine: Engine) -> Iterator[Worker]:
    """Starts one more of a service; all end with the test, and so does what they make."""
    with ExitStack() as running:
        yield lambda: running.enter_context(TestClient(create_app(engine=engine)))


def kept(engine: Engine) -> Path:
    """A map that an earlier run left in the cache."""
    page = page_file(engine.fingerprint)
    page.parent.mkdir(parents=True)
    page.write_text("the map", "utf-8")
    return page


def test_a_map_that_was_taken_out_of_the_cache_is_made_again(
    engine: Engine, worker: Worker
) -> None:
    page, client = kept(engine), worker()
    assert client.get("/map").text == "the map"
    page.unlink()
    answer = client.get("/map")
    assert answer.status_code == 202
    assert "0 % done" in answer.text


def test_one_worker_makes_the_map_and_the_others_wait_for_it(
    engine: Engine, worker: Worker
) -> None:
    first, second = worker(), worker()
    assert "0 % done" in first.get("/map").text
    answer = second.get("/map")
    assert (answer.status_code, answer.headers["retry-after"]) == (202, "60")
    assert "% done" not in answer.text
    assert "Look again in about" in answer.text
    page_file(engine.fingerprint).write_text("the map", "utf-8")
    assert second.get("/map").text == "the map"


def test_a_worker_makes_the_map_when_the_one_that_did_is_gone(worker: Worker) -> None:
    first, second = worker(), worker()
    first.get("/map")
    assert "% done" not in second.get("/map").text
    first.app.state.maps.close()  # type: ignore[attr-defined]
    assert "0 % done" in second.get("/map").text
