"""Whether requests are traced with OpenTelemetry, as the environment says.

https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

from indexer.errors import UsageError

if TYPE_CHECKING:
    from api.http.observing.spans import Spans

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_EXPORTERS = ("otlp", "console")


def wanted_exporter() -> str:
    """What the environment asks for: ``otlp``, ``console``, or nothing.

    Raises:
        UsageError: It asks for what there isn't.
    """
    exporter = os.environ.get("OTEL_TRACES_EXPORTER", "").strip()
    wanted = exporter or any(map(os.environ.get, _ENDPOINTS))
    off = os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    if not wanted or off or exporter == "none":
        return ""
    if exporter and exporter not in _EXPORTERS:
        raise UsageError(f"OTEL_TRACES_EXPORTER={exporter}: choose otlp, console or none")
    for name in _PROTOCOLS:
        if os.environ.get(name, "http/protobuf") != "http/protobuf":
            raise UsageError(f"{name}={os.environ[name]}: only http/protobuf is spoken here")
    if not _is_installed():
        raise UsageError(
            "OTEL_… asks for traces, which need OpenTelemetry; install it with "
            "`pip install 'nearpaper[otel]'`"
        )
    return exporter or "otlp"


def spans_from_environment() -> Spans | None:
    """What makes spans; ``None`` where no variable asks for them. Raises ``UsageError``."""
    exporter = wanted_exporter()
    if not exporter:
        return None
    from api.http.observing.spans import Spans, exporting

    return Spans(exporting(to_console=exporter == "console"))


def _is_installed() -> bool:
    try:
        return all(find_spec(f"opentelemetry.{one}") for one in ("sdk", "exporter.otlp.proto.http"))
    except ModuleNotFoundError:  # of what it would lie in
        return False
