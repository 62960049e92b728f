"""Every shared option of a search is on every face."""

from __future__ import annotations

import re
from typing import Any

import anyio
import pytest
import typer
from mcp.client import Client
from starlette.testclient import TestClient

from api.commands.app import app
from api.http.app import create_app
from api.mcp.server import make_server
from api.option_fields import NOT_IN_FORM, NOT_IN_MCP, search_fields
from search.engine import Engine
from search.options import FACE_OPTIONS, SearchOptions

OPENAPI = create_app().openapi()


@pytest.mark.parametrize("command", ["search", "similar"])
def test_on_the_command_line(command: str) -> None:
    group: Any = typer.main.get_command(app)
    options = {one: param for param in group.commands[command].params for one in param.opts}
    for name, option in FACE_OPTIONS.items():
        assert options[f"--{name.replace('_', '-')}"].help == option.help


@pytest.mark.parametrize("path", ["/api/v1/search", "/api/v1/similar", "/feed.atom"])
def test_in_the_query(path: str) -> None:
    params = {one["name"]: one for one in OPENAPI["paths"][path]["get"]["parameters"]}
    for name, option in FACE_OPTIONS.items():
        assert params[name]["description"].startswith(option.help)
        schema = params[name]["schema"]
        assert (schema.get("minimum"), schema.get("maximum")) == (option.least, option.most)
        assert schema.get("examples", []) == list(option.examples)


def test_in_the_body_of_a_batch() -> None:
    body = OPENAPI["components"]["schemas"]["BatchRequest"]
    assert body["additionalProperties"] is False
    for name, option in FACE_OPTIONS.items():
        assert body["properties"][name]["description"].startswith(option.help)


def test_among_the_arguments_of_the_tools(engine: Engine) -> None:
    async def list_tools() -> Any:
        async with Client(make_server(engine)) as client:
            return (await client.list_tools()).tools

    for tool in anyio.run(list_tools):
        if tool.name != "get_paper":
            arguments = tool.input_schema["properties"]
            assert FACE_OPTIONS.keys() & arguments.keys() == FACE_OPTIONS.keys() - NOT_IN_MCP


def test_in_the_form_of_the_page(client: TestClient) -> None:
    html = client.get("/?q=speech", headers={"accept": "text/html"}).text
    names = set(re.findall(r'<(?:input|select)[^>]* name="(\w+)"', html))
    names.discard("text")  # the question as it goes on with `+` beside a result
    assert names == {"q", *FACE_OPTIONS} - NOT_IN_FORM


def test_defaults_are_those_of_the_class() -> None:
    assert {one.name: one.default for one in search_fields()} == {
        name: getattr(SearchOptions(), name) for name in FACE_OPTIONS
    }
