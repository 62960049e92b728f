"""The OpenAPI description, true to the byte: Schemathesis asks whatever it allows, and refuses."""

from __future__ import annotations

import json
import shutil
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

from api.admin.changes import Changes
from api.http.access.access import Access
from api.http.app import create_app
from api.keys.key_file import add_key
from search.engine import Engine

ROOT = Path(__file__).resolve().parents[3]


def routes(description: str) -> list[tuple[str, str]]:
    """Each path with each of its methods."""
    paths = json.loads((ROOT / "docs" / description).read_text(encoding="utf-8"))["paths"]
    return [(path, method) for path, methods in paths.items() for method in methods]


ROUTES = routes("openapi.json")
CHANGES = [one for one in routes("openapi-admin.json") if one not in ROUTES]
EXAMPLES = 25
"""Of right and of wrong requests, for each route."""
SECONDS = 8
"""For each of the two; what isn't asked by then, isn't: in CI all takes at most 5 minutes."""
CHANGE_SECONDS = 6
"""Likewise for changes, each of which is written to the disk: less than a minute for all."""


@pytest.fixture(scope="module")
def described(folder: Path) -> Iterator[Any]:
    with Engine.open(folder) as engine:  # which outlives the service that each client starts
        yield schemathesis.openapi.from_asgi("/openapi.json", create_app(engine=engine))


@pytest.mark.slow
@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize(("path", "method"), ROUTES)
def test_every_answer_is_as_described(
    described: Any,
    path: str,
    method: str,
    mode: GenerationMode,
) -> None:
    ask_whatever(described[path][method.upper()], mode, SECONDS)


@pytest.fixture(scope="module")
def writable(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    """The description of a service that takes changes, and a key for them."""
    work = tmp_path_factory.mktemp("writable")
    shutil.copytree(folder, work / "index")
    secret = add_key(work / "keys.json", "root", "admin", "")
    changes = Changes(work / "index", work / "audit.jsonl")
    with Engine.open(work / "index") as engine:
        access = Access(keys=work / "keys.json", open=True)
        app = create_app(engine=engine, access=access, changes=changes)
        yield schemathesis.openapi.from_asgi("/openapi.json", app), secret


@schemathesis.serializer("application/jsonl")
def as_lines(_: Any, value: Any) -> bytes:
    return json.dumps(value).encode("ascii")


@pytest.mark.slow
@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize(("path", "method"), CHANGES)
def test_every_answer_to_a_change_is_as_described(
    writable: tuple[Any, str], path: str, method: str, mode: GenerationMode
) -> None:
    described, secret = writable
    headers = {"x-api-key": secret}
    ask_whatever(described[path][method.upper()], mode, CHANGE_SECONDS, headers=headers)


def ask_whatever(operation: Any, mode: GenerationMode, seconds: float, **sent: Any) -> None:
    """Ask all that a description allows, or what it doesn't; whatever is answered has to fit it."""
    until = time.monotonic() + seconds

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
            case.call_and_validate(excluded_checks=[positive_data_acceptance], **sent)

    try:
        ask()
    except Unsatisfiable:
        pytest.skip("takes nothing that could be wrong")
