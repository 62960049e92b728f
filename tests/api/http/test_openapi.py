"""The OpenAPI description, true to the byte: Schemathesis asks whatever it allows, and refuses."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from api.http.app import create_app
from search.engine import Engine

ROOT = Path(__file__).resolve().parents[3]
ROUTES = [
    (path, method)
    for path, methods in json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"].items()
    for method in methods
]
EXAMPLES = 25
"""Of right and of wrong requests, for each route."""
SECONDS = 8
"""For each of the two; what isn't asked by then, isn't: in CI all takes at most 5 minutes."""


@pytest.fixture(scope="module")
def described(folder: Path) -> Iterator[Any]:
    with Engine.open(folder) as engine:  # which outlives the service that each client starts
        yield schemathesis.openapi.from_asgi("/openapi.json", create_app(engine=engine))


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize(("path", "method"), ROUTES)
def test_every_answer_is_as_described(
    described: Any,
    path: str,
    method: str,
    mode: GenerationMode,
) -> None:
    operation = described[path][method.upper()]
    until = time.monotonic() + SECONDS

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        if time.monotonic() < until:
            # What goes beyond one parameter no schema says: 422 is documented for it.
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

    try:
        ask()
    except Unsatisfiable:
        pytest.skip("takes nothing that could be wrong")
