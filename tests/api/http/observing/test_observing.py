"""What the service tells of itself, and what it keeps to itself."""

from __future__ import annotations

import json
import logging
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from api.http.access.access import Access
from api.http.app import create_app
from api.http.observing import logs, observation
from api.http.observing.logs import JsonLines, PatientLines, TextLines
from api.keys.key_file import add_key
from indexer.pipeline import add
from search.engine import Engine
from tests.serving import serving

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SEARCH = "/api/v1/search?q=speech"


def samples(client: TestClient) -> dict[str, float]:
    text = client.get("/metrics").text
    return {
        f"{one.name}{sorted(one.labels.values())}": one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def test_requests_are_counted_by_route(engine: Engine) -> None:
    name = "nearpaper_requests_total['/api/v1/search', '200']"
    with TestClient(create_app(engine=engine)) as client:
        while client.get("/readyz").status_code != 200:
            pass
        before = samples(client)
        client.get(SEARCH)
        client.get("/made/up/address")
        after = samples(client)
    assert after[name] == before.get(name, 0) + 1
    assert after["nearpaper_request_seconds_count['/api/v1/search']"]
    assert after["nearpaper_stage_seconds_count['facets']"]
    assert after["nearpaper_index_papers[]"] == 32
    assert 0 <= time.time() - after["nearpaper_index_changed_timestamp_seconds[]"] < 3600
    assert after["nearpaper_index_stale[]"] == 0
    assert after["nearpaper_requests_running['usual']"] == 0
    assert "nearpaper_requests_total['404', 'other']" in after
    assert not [one for one in after if "made" in one]


def test_lookups_in_caches_are_counted(folder_client: TestClient) -> None:
    def counted(ask: str) -> list[float]:
        before = samples(folder_client)
        assert folder_client.get(ask).status_code == 200
        after = samples(folder_client)
        names = [
            f"nearpaper_cache_requests_total{sorted([cache, result])}"
            for cache in ("question-vectors", "conditions")
            for result in ("hit", "miss")
        ]
        return [after.get(name, 0) - before.get(name, 0) for name in names]

    while folder_client.get("/readyz").status_code != 200:
        pass
    question = "/api/v1/search?q=kernels+of+graphs&category=math.OC"
    hits, misses, _, made = counted(question)
    assert (hits, misses) == (0, 1)
    assert made
    hits, misses, found, made = counted(question + "&offset=10")
    assert (hits, misses, made) == (1, 0, 0)
    assert found


def test_a_batch_embeds_each_question_once_and_counts_that(folder_client: TestClient) -> None:
    while folder_client.get("/readyz").status_code != 200:
        pass
    before = samples(folder_client)
    body = {"questions": ["folding of graphs", "folding of speech"]}
    for _ in range(2):
        assert folder_client.post("/api/v1/search/batch", json=body).status_code == 200
    after = samples(folder_client)
    for result in ("hit", "miss"):
        found = f"nearpaper_cache_requests_total['{result}', 'question-vectors']"
        assert after[found] - before.get(found, 0) == 2, result


def test_a_request_keeps_the_id_that_it_came_with(engine: Engine) -> None:
    with TestClient(create_app(engine=engine)) as client:
        for given, known in (
            (f"00-{TRACE}-00f067aa0ba902b7-01", True),
            (f"00-{'0' * 32}-00f067aa0ba902b7-01", False),
            ('x"\n', False),
            ("", False),
        ):
            headers = {"traceparent": given.strip()}
            id = client.get("/healthz", headers=headers).headers["x-request-id"]
            assert (id == TRACE) == known
            assert re.fullmatch("[0-9a-f]{32}", id)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_fault_of_ours_is_counted_logged_and_has_an_id(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, method: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(observation, "SLOW_SECONDS", 0.0)
    monkeypatch.setattr(Engine, "paper", fail)
    name = "nearpaper_requests_total['/api/v1/papers/{id:path}', '500']"
    with TestClient(create_app(engine=engine), raise_server_exceptions=False) as client:
        before = samples(client).get(name, 0)
        headers = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
        answer = client.request(method, "/api/v1/papers/2402.00001", headers=headers)
        assert samples(client)[name] == before + 1
    assert (answer.status_code, answer.headers["x-request-id"]) == (500, TRACE)
    lines = [json.loads(JsonLines().format(one)) for one in caplog.records]
    slow = [one for one in lines if one["logger"] == "nearpaper.slow"]
    assert [one["status"] for one in slow if one["request"] == TRACE] == [500]


def test_slow_requests_are_logged_without_what_was_asked(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(observation, "SLOW_SECONDS", 0.0)
    with TestClient(create_app(engine=engine)) as client:
        client.get("/feed.atom?q=speech&token=secret")
    (record,) = [one for one in caplog.records if one.name == "nearpaper.slow"]
    line = json.loads(JsonLines().format(record))
    assert line["route"] == "/feed.atom"
    assert line["status"] == 200
    assert line["level"] == "warning"
    for text in (JsonLines().format(record), TextLines().format(record)):
        assert "speech" not in text
        assert "secret" not in text
        assert "\n" not in text


def test_hostile_text_starts_no_line() -> None:
    record = logging.LogRecord("nearpaper", 30, "", 0, "a\x1b[2J\u2028b", (), None)
    assert "\x1b" not in JsonLines().format(record)
    assert "\u2028" not in JsonLines().format(record)


@pytest.mark.slow
def test_a_line_for_each_request_by_choice(folder: Path, tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    secret = add_key(keys, "ada", "reader", "")
    options = ("--access-log", "--log", "json", "--keys", str(keys))
    with serving(folder, *options) as (address, process):
        headers = {"x-api-key": secret, "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
        assert httpx2.get(address + SEARCH, headers=headers, timeout=30).status_code == 200
        assert httpx2.get(address + SEARCH, timeout=30).status_code == 401
        process.terminate()
        assert process.stderr is not None
        lines = process.stderr.read().splitlines()
    found = [json.loads(line) for line in lines if line.startswith("{")]
    told = [(one["status"], one["key"], one["request"] == TRACE) for one in found]
    assert told == [(200, "ada", True), (401, "", False)]
    assert secret not in "".join(lines)


@pytest.mark.slow
@pytest.mark.parametrize("is_read", [True, False])
def test_a_log_that_nobody_reads_stops_no_answer(
    is_read: bool, folder: Path, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.json"
    add_key(keys, "ada", "reader", "")
    options = ("--access-log", "--log", "json", "--keys", str(keys))
    with serving(folder, *options) as (address, process), httpx2.Client(timeout=30) as client:
        for _ in range(1000):  # three times what fits into a pipe
            assert client.get(address + SEARCH).status_code == 401
        process.terminate()
        assert process.stderr is not None
        if is_read:
            lines = process.stderr.read().splitlines()
            assert sum(line.startswith("{") for line in lines) == 1000
        process.wait(20)


def test_a_line_that_cannot_be_written_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    monkeypatch.setattr(logging.getLogger(), "handlers", [PatientLines()])
    logging.getLogger("nearpaper").warning("%d", "no number")


def test_lines_that_are_left_out_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    monkeypatch.setattr(logs, "WAITING", 10)
    log = PatientLines(writer)
    monkeypatch.setattr(logging.getLogger(), "handlers", [log])
    with os.fdopen(reader) as read, ThreadPoolExecutor(1) as pool:
        for number in range(2000):
            logging.getLogger("nearpaper").warning("%d %s", number, "x" * 100)
        found = pool.submit(read.readlines)
        log.flush()
        os.close(writer)
        lines = found.result()
    left_out = 2000 - (len(lines) - 1)
    assert left_out > 1000
    assert "nobody read the log" in lines[-1]


def test_readiness_tells_a_stale_generation_and_nothing_to_strangers(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, index = tmp_path / "keys.json", tmp_path / "index"
    add_key(keys, "ada", "reader", "")
    source = tmp_path / "one.jsonl"
    source.write_text('{"id": "2401.00001", "title": "The only paper"}\n', encoding="utf-8")
    add(index, [str(source)], model="hashing")
    monkeypatch.setattr("api.http.engine_provider.STALE_SECONDS", 0.0)
    with TestClient(create_app(index)) as client:
        while client.get("/readyz").json()["status"] != "ready":
            pass
        monkeypatch.setattr(Engine, "unpublished", 3)
        told = client.get("/readyz").json()
        assert (told["status"], told["papers"]) == ("stale", 1)
        (index / "manifest.json").write_text("{", encoding="utf-8")
    monkeypatch.undo()
    with TestClient(create_app(index)) as client:
        told = client.get("/readyz")
        assert told.status_code == 503
        assert told.json()["type"] == "urn:nearpaper:problem:index-damaged"
    with TestClient(create_app(folder, access=Access(keys=keys))) as client:
        while (told := client.get("/readyz")).status_code != 200:
            pass
        assert told.json() == {"status": "ready"}
