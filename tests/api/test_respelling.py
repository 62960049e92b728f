"""What was put in the place of a misspelt word is said on every face, with the way back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from starlette.testclient import TestClient

from api.wording import understanding

Nearpaper = Callable[..., tuple[int, str, str]]

NOTE = "showing results for protein; search for protien instead with --literal (literal=true)"


def test_on_the_command_line(nearpaper: Nearpaper) -> None:
    _, _, err = nearpaper("search", "protien folding", "--mode", "lexical")
    assert f"warning: {NOTE}" in err
    _, out, err = nearpaper("search", "protien folding", "--mode", "lexical", "--literal")
    assert "showing results" not in err
    assert "protein" in out  # by the other word


def test_over_http(client: TestClient) -> None:
    answer = client.get("/api/v1/search", params={"q": "protien folding"}).json()
    assert answer["understood"]["spelling"] == {"protien": "protein"}
    assert NOTE in answer["warnings"]
    asked = {"q": "protien folding", "literal": "true"}
    assert "spelling" not in client.get("/api/v1/search", params=asked).json()["understood"]


def test_on_the_page_with_a_link(client: TestClient) -> None:
    page = client.get("/", params={"q": "protien folding"}).text
    assert "Showing results for <strong>protein</strong>" in page
    assert NOTE not in page
    link = re.search(r'<a href="([^"]+)">search for protien instead</a>', page)
    assert link is not None
    literal = client.get(link[1].replace("&amp;", "&")).text
    assert "search for protien instead" not in literal
    assert json.dumps("Take the words as they are")[1:-1] in literal


def test_an_abbreviation_is_worded() -> None:
    read = {"MCP": ["model context protocol", "mobile projector"], "RL": ["reinforcement learning"]}
    assert understanding({"text": "a b", "abbreviations": {"a b": ["AB"]}}) == (
        "showing results for “a b”; a b also as AB"
    )
    assert understanding({"text": "MCP by RL", "abbreviations": read}) == (
        "showing results for “MCP by RL”; MCP read as model context protocol (also mobile "
        "projector); RL read as reinforcement learning"
    )
