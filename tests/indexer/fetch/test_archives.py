"""What is special about each archive's interface, against a real server."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from archive_server import ArchiveServer, Record, gives

from indexer.errors import FetchError, UsageError
from indexer.fetch.arxiv_oai import ArxivSet
from indexer.fetch.arxiv_query import ArxivQuery
from indexer.fetch.harvest import harvest
from indexer.fetch.huggingface import HuggingFace
from indexer.fetch.openalex import OpenAlex
from indexer.papers.paper import Paper
from indexer.pipeline import Tally

Harvest = Callable[..., Tally]
Papers = Callable[[], dict[str, Paper]]


def test_a_query_comes_in_pages(archive: ArchiveServer, fetch: Harvest, papers: Papers) -> None:
    query = ArxivQuery("cat:cs.CL OR all:x", archive.url("/api/query"))
    assert fetch(query, end="2024-05-01").added == 55
    first = archive.requests[0].parameters
    assert first["search_query"] == (
        "(cat:cs.CL OR all:x) AND submittedDate:[202401010000 TO 202405012359]"
    )
    assert [request.parameters["start"] for request in archive.requests] == [
        "0", "10", "20", "30", "40", "50",
    ]  # fmt: skip
    paper = papers()["2403.00007"]
    assert (paper.version, paper.categories) == (2, ("math.OC", "cs.CL"))
    assert paper.url == "https://arxiv.org/abs/2403.00007v2"


def test_a_query_without_days_is_asked_as_it_is(archive: ArchiveServer, fetch: Harvest) -> None:
    fetch(ArxivQuery("cat:cs.CL", archive.url("/api/query")), start="")
    assert archive.requests[0].parameters["search_query"] == "cat:cs.CL"


def test_an_empty_page_amid_a_list_is_asked_for_again(
    archive: ArchiveServer, fetch: Harvest
) -> None:
    empty = gives(
        archive.page("/api/query", {"search_query": "", "start": "99", "max_results": "9"})[0]
    )
    archive.faults.extend([None, empty, empty])
    assert fetch(ArxivQuery("cat:cs.CL", archive.url("/api/query")), start="").added == 55


def test_queries_that_arxiv_refuses(archive: ArchiveServer, fetch: Harvest) -> None:
    with pytest.raises(FetchError, match=r"refuses the query \(incorrect\)"):
        fetch(ArxivQuery("bad", archive.url("/api/query")))
    body, _ = archive.page("/api/query", {"search_query": "", "start": "0", "max_results": "9"})
    archive.faults.append(gives(body.replace(b">55<", b">30001<")))
    with pytest.raises(UsageError, match=r"30,001 papers match.*--set"):
        fetch(ArxivQuery("cat:cs.CL", archive.url("/api/query")))


def test_days_of_hugging_face(archive: ArchiveServer, fetch: Harvest, papers: Papers) -> None:
    archive.records = [
        *(Record(n, "2024-03-01") for n in range(1, 251)),
        *(Record(n, "2024-03-03") for n in range(300, 310)),
    ]
    daily = HuggingFace(archive.url("/api/daily_papers"))
    assert fetch(daily, start="2024-02-29", end="2024-03-03").added == 260
    assert [(one.parameters["date"], one.parameters["p"]) for one in archive.requests] == [
        ("2024-02-29", "0"), ("2024-03-01", "0"), ("2024-03-01", "1"), ("2024-03-01", "2"),
        ("2024-03-02", "0"), ("2024-03-03", "0"),
    ]  # fmt: skip
    paper = papers()["2403.00007"]
    assert (paper.upvotes, paper.comments, paper.submitted) == (7, 1, "2024-03-01")


def test_damaged_lists_of_hugging_face_are_asked_for_again(
    archive: ArchiveServer, fetch: Harvest
) -> None:
    damages = [b"[", b"{}", b"null", b"[] x", b"\xff", b"", b"[" * 100_000]
    archive.faults.extend(gives(body, "application/json") for body in damages)
    daily = HuggingFace(archive.url("/api/daily_papers"))
    assert fetch(daily, start="2024-03-01", end="2024-03-01").added == 55
    assert len(archive.requests) == 1 + len(damages)


def test_a_day_that_hugging_face_refuses(archive: ArchiveServer, fetch: Harvest) -> None:
    archive.faults.append(gives(b'{"error":"Invalid date"}', "application/json", 400))
    with pytest.raises(FetchError, match=r"400.*Invalid date"):
        fetch(HuggingFace(archive.url("/api/daily_papers")))


def test_works_of_openalex(
    archive: ArchiveServer, folder: Path, fetch: Harvest, papers: Papers
) -> None:
    made = OpenAlex("caching", "is_oa:true", "me@example.org", "sesame", archive.url("/works"))
    assert fetch(made, start="2024-02-01", end="2024-04-01").added == 55
    first = archive.requests[0].parameters
    assert first == {
        "search": "caching",
        "filter": "is_oa:true,from_publication_date:2024-02-01,to_publication_date:2024-04-01",
        "sort": "publication_date:asc", "mailto": "me@example.org", "api_key": "sesame",
        "per-page": "100", "cursor": "*",
    }  # fmt: skip
    cursors = [request.parameters["cursor"] for request in archive.requests]
    assert cursors == ["*", "c10", "c20", "c30", "c40", "c50", "c60"]
    (paper,) = (one for one in papers().values() if one.doi == "10.1000/7")
    assert paper.abstract == "We count to 7 < 8 and on."
    assert paper.sources == ("openalex",)
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"sesame" not in kept
    assert "sesame" not in repr(made)


def test_what_openalex_refuses(archive: ArchiveServer, fetch: Harvest) -> None:
    made = OpenAlex("caching", url=archive.url("/works"))
    said = json.dumps({"error": "no key", "message": "a key is needed"}).encode()
    archive.faults.append(gives(said, "application/json", 401))
    with pytest.raises(FetchError, match=r"a key is needed.*OPENALEX_API_KEY"):
        fetch(made)
    archive.faults.append(gives(b"<html>", "text/html", 400))
    with pytest.raises(FetchError, match=r"400.*check --query and --filter"):
        fetch(made)


def test_an_expired_cursor_goes_on_by_day(archive: ArchiveServer, fetch: Harvest) -> None:
    archive.records = [Record(n, f"2024-03-{n // 2:02}") for n in range(2, 57)]
    said = json.dumps({"error": "Invalid", "message": "cursor has expired"}).encode()
    archive.faults.extend([None, None, gives(said, "application/json", 400)])
    assert fetch(OpenAlex("caching", url=archive.url("/works"))).added == 55
    assert archive.requests[3].parameters["filter"] == "from_publication_date:2024-03-10"


def test_damaged_answers_of_openalex_are_asked_for_again(
    archive: ArchiveServer, fetch: Harvest
) -> None:
    damages = [b"", b"{", b"[]", b"{}", b'{"meta": {}, "results": 1}', b'{"meta": {}} x']
    archive.faults.extend(gives(body, "application/json") for body in damages)
    assert fetch(OpenAlex("caching", url=archive.url("/works"))).added == 55


@pytest.mark.parametrize(("keep_duplicates", "count"), [(False, 55), (True, 110)])
def test_papers_of_two_archives_are_one_unless_kept_apart(
    archive: ArchiveServer, fetch: Harvest, papers: Papers, keep_duplicates: bool, count: int
) -> None:
    fetch(keep_duplicates=keep_duplicates)
    fetch(OpenAlex("caching", url=archive.url("/works")), keep_duplicates=keep_duplicates)
    found = papers()
    assert len(found) == count
    if not keep_duplicates:
        assert found["2403.00007"].sources == ("arxiv", "openalex")
        assert found["2403.00007"].doi == "10.1000/7"


def test_archives_own_hosts_keep_their_distance(folder: Path) -> None:
    for archive in (ArxivSet("cs"), ArxivQuery("cat:cs.CL"), HuggingFace(), OpenAlex("x")):
        with pytest.raises(UsageError, match=r"asks for .* seconds"):
            harvest(folder, archive, start="2024-01-01", delay=archive.delay / 2)
    assert not folder.exists()
    assert ArxivSet("cs").delay >= 3 <= ArxivQuery("cat:cs.CL").delay


@pytest.mark.parametrize("name", ["cs", "physics:hep-th", "cs:cs:CL"])
def test_sets(name: str) -> None:
    assert ArxivSet(name).set == name


@pytest.mark.parametrize("name", ["cs&verb=x", "a b", "cs:", ":", "é", "cs\n"])
def test_names_that_are_no_sets(name: str) -> None:
    with pytest.raises(UsageError, match="no set"):
        ArxivSet(name)
