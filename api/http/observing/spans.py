"""Spans of OpenTelemetry: one for each request, and in it one for each stage of its answer."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from indexer.version import version
from search.stages import Stage

_HEADER = "traceparent"
_PROPAGATOR = TraceContextTextMapPropagator()
_NANO = 1_000_000_000


def exporting(*, to_console: bool = False) -> TracerProvider:
    """What sends spans where the environment says, in batches and beside the requests."""
    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {SERVICE_NAME: "nearpaper"}
    provider = TracerProvider(resource=Resource.create(named))
    exporter = ConsoleSpanExporter() if to_console else OTLPSpanExporter()
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


class Spans:
    """Makes spans.

    Args:
        provider: Where they go.
    """

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self.tracer = provider.get_tracer("nearpaper", version())

    def of_stages(self, stages: Sequence[Stage]) -> None:
        """Observes an engine: spans within that of the request that is being answered."""
        if not trace.get_current_span().is_recording():
            return
        now, clock = time.time_ns(), time.perf_counter()
        for stage in stages:
            began = now - int((clock - stage.began) * _NANO)
            span = self.tracer.start_span(stage.name, start_time=began)
            span.set_attribute("nearpaper.cpu_seconds", stage.cpu)
            span.end(began + int(stage.wall * _NANO))

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


class RequestSpans:
    """ASGI middleware that makes a span of each request, in the trace that it belongs to.

    Of an address it tells the route alone: what somebody looks for is theirs. What is within gets
    the span as the request's ``traceparent``, so that logs name the same trace.
    """

    def __init__(self, app: ASGIApp, spans: Spans) -> None:
        self.app, self._tracer = app, spans.tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = _PROPAGATOR.extract(dict(Headers(scope=scope)))
        method = scope["method"]
        with self._tracer.start_as_current_span(method, given, SpanKind.SERVER) as span:
            span.set_attribute("http.request.method", method)

            async def send_on(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        span.set_status(StatusCode.ERROR)
                await send(message)

            carried: dict[str, str] = {}
            _PROPAGATOR.inject(carried)
            ours = [(_HEADER.encode(), value.encode()) for value in carried.values()][:1]
            others = [one for one in scope["headers"] if one[0] != _HEADER.encode()]
            inner = {**scope, "headers": [*others, *ours]}
            try:
                await self.app(inner, receive, send_on)
            finally:
                if route := getattr(inner.get("route"), "path", ""):
                    span.update_name(f"{method} {route}")
                    span.set_attribute("http.route", route)
