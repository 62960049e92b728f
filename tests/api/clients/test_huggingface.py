"""``huggingface_hub`` and its command ``hf papers``, unchanged, ask nearpaper."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import BadRequestError, HfHubHTTPError
from starlette.testclient import TestClient

from api.http.app import create_app
from indexer.pipeline import add

SAMPLE = Path(__file__).parents[4] / "shared/samples/huggingface-daily_papers-2024-12-17.json"


@pytest.fixture
def hub(address: str) -> HfApi:
    return HfApi(endpoint=address, token=False)


def ids(papers: Any) -> list[str]:
    return [paper.id for paper in papers]


def get(address: str) -> Any:
    with urlopen(address) as answer:  # noqa: S310 - http on loopback
        return json.load(answer)


def test_papers_are_searched(hub: HfApi) -> None:
    found = list(hub.list_papers(query="protein folding", limit=3))
    assert len(found) == 3
    assert all("protein folding" in (paper.title or "") for paper in found)
    first = found[0]
    number = int(first.id[-2:])
    assert [author.name for author in first.authors or ()][1] == "Zoë Shared"
    assert first.published_at == datetime(2024, 12, number, tzinfo=UTC)
    assert first.summary
    assert (first.upvotes, first.comments) == (100 - number, number)
    assert len(list(hub.list_papers(query="protein"))) == 29
    assert ids(hub.list_papers(limit=2)) == ["2412.00028", "2412.00027"]


def test_offset_filters_and_sort_come_on_top(address: str) -> None:
    search = f"{address}/api/papers/search?q=folding&limit=4"
    pages = [get(f"{search}&offset={offset}") for offset in (0, 4)]
    together = get(f"{address}/api/papers/search?q=folding&limit=8")
    assert [*pages[0], *pages[1]] == together
    newest = f"{address}/api/papers/search?q=cat:math&limit=4"
    some = get(f"{newest}&before=2024-12-12&sort=newest")
    days = [entry["paper"]["publishedAt"] for entry in some]
    assert days == sorted(days, reverse=True)
    assert days[0] == "2024-12-12T00:00:00.000Z"
    assert all(int(entry["paper"]["id"][-2:]) % 2 == 0 for entry in some)


def test_one_paper_is_told_of(hub: HfApi) -> None:
    paper = hub.paper_info("arXiv:2412.00007v2")
    assert (paper.id, paper.title) == ("2412.00007", "On speech synthesis, part 7")
    assert paper.submitted_at == datetime(2024, 12, 7, tzinfo=UTC)
    old = hub.paper_info("10.1162/neco.1997.9.8.1735")
    assert old.published_at == datetime(1997, 1, 1, tzinfo=UTC)
    with pytest.raises(HfHubHTTPError, match="not in the index") as caught:
        hub.paper_info("2412.99999")
    assert caught.value.response.status_code == 404


def test_a_paper_is_read_as_markdown_without_marks_of_its_own(hub: HfApi) -> None:
    text = hub.read_paper("10.1162/neco.1997.9.8.1735")
    lines = text.splitlines()
    assert lines[0].startswith("# Long &lt;script&gt;short-term")
    assert "Sepp Hochreiter" in text
    assert "<script>" not in text
    assert "](" not in text
    assert text.endswith("$x &lt; y$.\n")
    with pytest.raises(HfHubHTTPError, match="404"):
        hub.read_paper("2412.99999")


def test_daily_papers_by_day_week_and_month(hub: HfApi) -> None:
    assert ids(hub.list_daily_papers(date="2024-12-17")) == ["2412.00017"]
    assert ids(hub.list_daily_papers(date="2023-12-17")) == []
    week = [f"2412.{day:05}" for day in range(15, 8, -1)]
    assert ids(hub.list_daily_papers(week="2024-W50")) == week
    assert len(ids(hub.list_daily_papers(month="2024-12"))) == 28
    assert ids(hub.list_daily_papers(month="2024-11")) == []


def test_daily_papers_newest_first_and_trending_in_pages(hub: HfApi) -> None:
    newest = [f"2412.{day:05}" for day in range(28, 0, -1)]
    assert ids(hub.list_daily_papers()) == newest
    pages = [ids(hub.list_daily_papers(p=p, limit=10)) for p in range(4)]
    assert [len(page) for page in pages] == [10, 10, 8, 0]
    assert [id for page in pages for id in page] == newest
    assert ids(hub.list_daily_papers(sort="trending"))[:2] == ["2412.00021", "2412.00022"]
    trending = ids(hub.list_daily_papers(month="2024-12", sort="trending", limit=2))
    assert trending == ["2412.00001", "2412.00002"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"date": "17.12.2024"}, "date=YYYY-MM-DD"),
        ({"date": "2024-02-30"}, "not a date"),
        ({"week": "2024-W99"}, "not a date"),
        ({"date": "2024-12-17", "month": "2024-12"}, "one of them"),
        ({"submitter": "akhaliq"}, "leave it out"),
        ({"limit": 101}, "limit: must be 100 or less"),
        ({"p": 9999, "limit": 100}, "at most 10000"),
    ],
)
def test_what_makes_no_sense_is_said(hub: HfApi, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(BadRequestError, match=said):
        list(hub.list_daily_papers(**asked))


def test_problems_stay_problem_documents(address: str) -> None:
    with pytest.raises(HTTPError) as caught:
        get(f"{address}/api/papers/2412.99999")
    with caught.value as error:
        assert error.headers["content-type"] == "application/problem+json"
        problem = json.load(error)
    assert problem["type"] == "urn:nearpaper:problem:no-paper"
    assert problem["error"] == problem["detail"]


def hf(address: str, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("hf"), "papers", *arguments],
        env={**os.environ, "HF_ENDPOINT": address, "HF_HOME": str(home), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.slow
def test_the_hub_s_own_command_works(address: str, tmp_path: Path) -> None:
    listed = hf(address, tmp_path, "ls", "--date", "2024-12-17", "--format", "json")
    assert [paper["id"] for paper in json.loads(listed.stdout)] == ["2412.00017"]
    found = hf(address, tmp_path, "search", "protein folding", "--limit", "2", "--format", "json")
    assert len(json.loads(found.stdout)) == 2
    assert "On speech synthesis, part 7" in hf(address, tmp_path, "info", "2412.00007").stdout
    assert "# On speech synthesis, part 7" in hf(address, tmp_path, "read", "2412.00007").stdout
    missing = hf(address, tmp_path, "info", "2412.99999")
    assert missing.returncode != 0
    assert "not found" in missing.stderr


@pytest.mark.shared
@pytest.mark.skipif(not SAMPLE.exists(), reason=f"{SAMPLE} is not there")
def test_a_real_answer_comes_back_as_it_was(tmp_path: Path) -> None:
    add(tmp_path / "index", [str(SAMPLE)], model="hashing")
    theirs = {entry["paper"]["id"]: entry for entry in json.loads(SAMPLE.read_text("utf-8"))}
    with TestClient(create_app(tmp_path / "index")) as client:
        ours = client.get("/api/daily_papers?month=2024-12&limit=100").json()
    assert {entry["paper"]["id"] for entry in ours} == theirs.keys()
    for entry in ours:
        known = theirs[entry["paper"]["id"]]
        assert entry.keys() <= known.keys() | {"summary"}
        assert entry["numComments"] == known["numComments"]
        assert entry["publishedAt"][:10] == known["publishedAt"][:10]
        names = [author["name"] for author in known["paper"]["authors"]]
        assert [author["name"] for author in entry["paper"]["authors"]] == names
        assert entry["paper"]["upvotes"] == known["paper"]["upvotes"]
        assert " ".join(known["paper"]["title"].split()) == entry["title"]
