"""What a command says of an index, and a server."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, NamedTuple

from starlette.testclient import TestClient

from api.http.app import create_app
from indexer.opensearch.address import Address

USER, PASSWORD, WRONG, KEY = "reader", "open-sesame-7", "closed-sesame-8", "a2V5OnNlY3JldA=="
_PAIRS = (f"{USER}:{PASSWORD}", f"{USER}:{WRONG}")
SECRETS = (PASSWORD, WRONG, KEY, *(base64.b64encode(pair.encode()).decode() for pair in _PAIRS))
SEARCH = ["search", "paper", "--json"]


class Said(NamedTuple):
    """How a command ended: exit code, output, messages."""

    code: int
    out: str
    err: str


def indexing(folder: Path, count: int) -> list[str]:
    """The command that indexes so many papers."""
    path = folder / f"{count}.jsonl"
    records = [{"id": f"p{n}", "title": f"paper {n}", "abstract": f"of {n}"} for n in range(count)]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return ["index", str(path), "--model", "hashing"]


def found(said: Said) -> set[str]:
    """The papers that a search found."""
    assert said.code == 0, said.err
    return {result["id"] for result in json.loads(said.out)["results"]}


def assert_refused(said: Said, code: int, *words: str) -> None:
    """One line, and no output."""
    assert (said.code, said.out) == (code, ""), said
    assert said.err.count("\n") == 1, said.err
    assert said.err.startswith("nearpaper: ")
    for word in words:
        assert word in said.err


def problem(address: Address) -> dict[str, Any]:
    """What a server of the index answers to a search."""
    with TestClient(create_app(str(address))) as client:
        response = client.get("/api/v1/search?q=paper")
        assert response.headers["content-type"] == "application/problem+json"
        told: dict[str, Any] = response.json()
        assert told["status"] == response.status_code
        assert "\n" not in told["detail"]
        assert not [secret for secret in SECRETS if secret in response.text]
        return told
