"""Requests and their stages as spans, for whoever collects them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import httpx2
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient

from api.cli import run
from api.http.app import create_app
from api.http.observing.spans import Spans
from search.engine import Engine
from tests.serving import ROOT, serving

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SEARCH = "/api/v1/search?q=speech"


def test_a_request_is_a_span_of_its_trace_and_has_its_stages_within(folder: Path) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with Engine.open(folder) as engine:
        app = create_app(engine=engine, spans=Spans(provider))
        with TestClient(app) as client:
            headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
            told = client.get(SEARCH, headers=headers)
            alone = client.get("/made/up?q=secret")
    assert told.headers["x-request-id"] == TRACE
    request, other = [one for one in exporter.get_finished_spans() if one.name.startswith("GET")]
    assert request.name == "GET /api/v1/search"
    assert request.parent
    assert request.context
    assert (f"{request.context.trace_id:032x}", f"{request.parent.span_id:016x}") == (TRACE, PARENT)
    assert dict(request.attributes or {}) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "http.route": "/api/v1/search",
    }
    within = [
        one
        for one in exporter.get_finished_spans()
        if one.parent and one.parent.span_id == request.context.span_id
    ]
    assert {"reading", "encoding", "nearest", "bm25", "records"} <= {one.name for one in within}
    for one in within:
        assert request.start_time
        assert request.end_time
        assert one.start_time
        assert one.end_time
        assert request.start_time <= one.start_time <= one.end_time <= request.end_time
    assert other.context
    assert alone.headers["x-request-id"] == f"{other.context.trace_id:032x}" != TRACE
    assert "secret" not in other.to_json()
    assert "speech" not in request.to_json()


@pytest.mark.slow
def test_the_environment_switches_it_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
    with serving(folder) as (address, process):
        assert httpx2.get(address + SEARCH, timeout=30).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        told = process.stdout.read()
    assert '"name": "GET /api/v1/search"' in told
    assert '"name": "encoding"' in told
    assert '"service.name": "nearpaper"' in told
    assert '"deployment.environment.name": "test"' in told


class Collector(BaseHTTPRequestHandler):
    """Takes what is sent to it as OTLP over HTTP."""

    got: ClassVar[list[tuple[str, bytes]]] = []

    def do_POST(self) -> None:
        self.got.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.mark.slow
def test_workers_send_their_spans_to_a_collector(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as collector:
        Thread(target=collector.serve_forever, daemon=True).start()
        endpoint = f"http://127.0.0.1:{collector.server_port}"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        with serving(folder, "--workers", "2") as (address, process):
            until = time.monotonic() + 60
            while True:
                try:
                    assert httpx2.get(address + SEARCH, timeout=30).status_code == 200
                    break
                except httpx2.TransportError:  # no worker listens yet
                    assert time.monotonic() < until
                    time.sleep(0.1)
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        collector.shutdown()
    assert {path for path, _ in Collector.got} == {"/v1/traces"}
    sent = b"".join(body for _, body in Collector.got)
    assert b"GET /api/v1/search" in sent
    assert b"encoding" in sent
    assert b"speech" not in sent


@pytest.mark.parametrize(
    ("name", "value"),
    [("OTEL_TRACES_EXPORTER", "zipkin"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")],
)
def test_what_there_is_not_is_said_at_once(
    folder: Path, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv(name, value)
    serve = ["serve", "--index", str(folder), "--port", "0"]
    assert run(serve) == 2
    assert run([*serve, "--workers", "2"]) == 2


def test_without_the_extra_it_is_said_how_to_get_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("api.http.observing.tracing.find_spec", lambda name: None)
    assert run(["serve", "--index", str(folder), "--port", "0"]) == 2
    assert "pip install 'nearpaper[otel]'" in capfd.readouterr().err


@pytest.mark.slow
def test_nothing_of_it_is_imported_where_nobody_asks() -> None:
    code = (
        "import json, sys; from api.http.observing.tracing import spans_from_environment as made; "
        "from api.http.app import create_app; create_app(); "
        "heavy = ('opentelemetry.sdk', 'opentelemetry.exporter'); "
        "print(json.dumps([made() is None, [m for m in sys.modules if m.startswith(heavy)]]))"
    )
    env = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**env, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [True, []]
