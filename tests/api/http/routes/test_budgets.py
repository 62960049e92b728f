"""What a page may cost: bytes on the way to a phone, and time of the server."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.http.app import create_app
from indexer.memory.store import MemoryStore
from indexer.pipeline import add
from search.engine import Engine

RESULTS, SCRIPTS = 40_000, 30_000
"""Bytes, before compression."""
PAGE_TIME, LOOP = 0.010, 0.012
"""Seconds: what a page may take beyond the answer, and a million additions, undisturbed."""
BROWSER = {"accept": "text/html"}
FILLER = "However, such approaches often fall short where narratives span more than a few scenes. "
MATCH = "We keep characters consistent in long videos. "


def record(number: int) -> dict[str, Any]:
    """As long as papers of machine learning are: 1,400 letters, seven authors."""
    return {
        "id": f"24{number % 12 + 1:02}.{number:05}",
        "title": f"Graph kernels, part {number}: towards consistent characters in long videos",
        "abstract": (FILLER * 4 + MATCH + FILLER * 20)[:1400],
        "authors": [f"Author Numbered{number}{letter}" for letter in "abcdefg"],
        "date": f"20{number % 9 + 15}-05-15",
        "categories": ["cs.CV"],
        "upvotes": number,
    }


@pytest.fixture(scope="module")
def client(engine: Engine) -> Iterator[TestClient]:
    with TestClient(create_app(engine=engine)) as opened:
        yield opened


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    path = tmp_path_factory.mktemp("long") / "papers.jsonl"
    path.write_text("".join(json.dumps(record(number)) + "\n" for number in range(1, 61)))
    store = MemoryStore()
    add(store, [str(path)], model="hashing")
    with Engine.open(store) as opened:
        yield opened


def test_ten_results_are_small(client: TestClient) -> None:
    html = client.get("/?q=consistent+characters+in+long+videos", headers=BROWSER).content
    assert html.count(b"<article") == 10
    assert len(html) <= RESULTS


def test_scripts_are_small_and_nothing_waits_for_them(client: TestClient) -> None:
    html = client.get("/?q=graph+kernels", headers=BROWSER).text
    scripts = re.findall(r"<script ([^>]*)>", html)
    assert len(scripts) > 1
    assert all('type="module"' in one or "defer" in one for one in scripts)
    addresses = re.findall(r'src="([^"]+)"', " ".join(scripts))
    assert len(addresses) == len(scripts)
    assert sum(len(client.get(address).content) for address in addresses) <= SCRIPTS


def least(action: Callable[[], object]) -> float:
    """Seconds that an action takes when nothing else is in its way."""
    action()
    took = []
    for _ in range(30):
        started = time.perf_counter()
        action()
        took.append(time.perf_counter() - started)
    return min(took)


def test_a_page_takes_little_longer_than_the_answer(client: TestClient) -> None:
    def asked(address: str) -> None:
        assert client.get(address, headers=BROWSER).status_code == 200

    query = "q=consistent+characters+in+long+videos"
    more = least(lambda: asked(f"/?{query}")) - least(lambda: asked(f"/api/v1/search?{query}"))
    # A machine that is slow or busy takes longer for everything.
    slowness = max(1.0, least(lambda: sum(range(1_000_000))) / LOOP)
    assert more <= PAGE_TIME * slowness
