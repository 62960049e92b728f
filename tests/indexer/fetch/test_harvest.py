"""Harvests from a real server, over real sockets, into real indexes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from archive_server import ArchiveServer, Fault, Record, cut, gives, says, truncated

from indexer.errors import FetchError, UsageError
from indexer.fetch.arxiv_oai import ArxivSet
from indexer.fetch.client import Limits
from indexer.fetch.harvest import SilentHarvest
from indexer.fetch.held import PAGE_FILE
from indexer.maintenance.check import check
from indexer.models.bulk import PART
from indexer.models.embedder import Encoded
from indexer.models.hashing import HashingEmbedder
from indexer.papers.paper import Paper
from indexer.pipeline import Run, Tally
from indexer.snapshot import Snapshot
from indexer.sources import Item
from indexer.where import ALL, AnyWord

Harvest = Callable[..., Tally]
Papers = Callable[[], dict[str, Paper]]
Reading = Callable[[Path], Snapshot]


def asked(archive: ArchiveServer) -> list[str]:
    """What of, with a token of the archive: the place of the page in its list."""
    return [
        request.parameters.get("resumptionToken", request.parameters.get("from", ""))
        for request in archive.requests
    ]


def test_a_set_comes_whole_each_page_asked_for_once(
    archive: ArchiveServer, folder: Path, fetch: Harvest, papers: Papers
) -> None:
    tally = fetch()
    assert (tally.added, tally.read) == (55, 55)
    first, *others = archive.requests
    assert first.parameters == {
        "verb": "ListRecords", "metadataPrefix": "arXiv", "set": "cs", "from": "2024-01-01",
    }  # fmt: skip
    assert all(set(one.parameters) == {"verb", "resumptionToken"} for one in others)
    assert len(set(asked(archive))) == len(archive.requests) == 6
    paper = papers()["2403.00007"]
    assert paper.harvested.startswith("20")
    assert replace(paper, harvested="") == Paper(
        id="2403.00007",
        title="Paper & number 7",
        abstract="We count to 7 < 8 and on.",
        authors=("A. B. Zoë",),
        date="2024-03-01",
        url="https://arxiv.org/abs/2403.00007",
        categories=("cs.CL", "math.OC"),
        sources=("arxiv",),
    )
    assert check(folder) == []
    assert not (folder / PAGE_FILE).exists()


def test_what_came_can_be_searched(folder: Path, fetch: Harvest, reading: Reading) -> None:
    fetch()
    snapshot = reading(folder)
    (found,) = snapshot.papers(snapshot.bm25("paper number 42", 1, ALL)[0])
    assert found.id == "2403.00042"


def test_following_asks_for_the_days_since(
    archive: ArchiveServer, fetch: Harvest, papers: Papers
) -> None:
    fetch()
    archive.revise(5, "2100-01-01")
    archive.delete(6, "2100-01-01")
    archive.delete(99, "2100-01-01")
    archive.requests.clear()
    tally = fetch(start="", since_last=True)
    assert (tally.updated, tally.removed, tally.unchanged) == (1, 1, 1)
    found = papers()
    assert found["2403.00005"].title.endswith("revised 1")
    assert "2403.00006" not in found
    (request,) = archive.requests
    assert request.parameters["from"] > "2024-03-01"
    assert not fetch(start="", since_last=True).changed


def test_no_news_is_no_error(archive: ArchiveServer, fetch: Harvest) -> None:
    tally = fetch(start="2099-01-01")
    assert (tally.read, tally.changed) == (0, False)
    fetch()
    assert not fetch(start="", since_last=True).changed


def test_following_without_a_beginning_makes_nothing(folder: Path, fetch: Harvest) -> None:
    with pytest.raises(UsageError, match="--from"):
        fetch(start="", since_last=True)
    assert not folder.exists()
    fetch(start="2024-01-01")
    with pytest.raises(UsageError, match="--from"):
        fetch(ArxivSet("math", "http://127.0.0.1:1/"), start="", since_last=True)


DAMAGES: list[Fault] = [
    truncated,
    cut,
    says(503, retry_after="0"),
    says(429),
    gives(b"<html><h1>Maintenance</h1></html>", "text/html"),
    gives(b'<?xml version="1.0"?><OAI-PMH>\xff\xfe</OAI-PMH>'),
    gives(b'<!DOCTYPE x [<!ENTITY a "b">]><OAI-PMH>&a;</OAI-PMH>'),
    gives(b""),
]


def test_damaged_pages_are_asked_for_again(
    archive: ArchiveServer, fetch: Harvest, papers: Papers
) -> None:
    archive.faults.extend([None, *DAMAGES[:4], None, *DAMAGES[4:], None])
    assert fetch(delay=0.01).added == 55
    assert len(archive.requests) == 6 + len(DAMAGES)
    assert len(papers()) == 55


@pytest.mark.parametrize("damage", DAMAGES)
def test_an_archive_with_damage_alone_is_given_up(
    archive: ArchiveServer, fetch: Harvest, damage: Fault
) -> None:
    archive.faults.extend([damage] * 3)
    with pytest.raises(FetchError, match="run the same command again later"):
        fetch(limits=Limits(attempts=3))
    assert len(archive.requests) == 3


def test_a_wrong_content_type_doesnt_matter(archive: ArchiveServer, fetch: Harvest) -> None:
    archive.faults.append(lambda handler, body, kind: handler.answer(body, "text/plain"))
    assert fetch().added == 55


def test_an_expired_token_goes_on_by_day(
    archive: ArchiveServer, fetch: Harvest, papers: Papers
) -> None:
    archive.records = [Record(n, f"2024-03-{n // 2:02}") for n in range(2, 57)]
    archive.faults.extend([None, None, None, gives(b"no more", status=403)])
    with pytest.raises(FetchError, match="403"):
        fetch()
    assert len(papers()) == 30
    archive.expired.add(archive.requests[-1].parameters["resumptionToken"])
    archive.requests.clear()
    assert fetch().added == 25
    # The token, then the day of the thirtieth paper, then by new tokens.
    assert asked(archive)[1] == "2024-03-15"
    assert len(archive.requests) == 1 + 3
    assert len(papers()) == 55


def test_tokens_that_expire_at_once_are_given_up(archive: ArchiveServer, fetch: Harvest) -> None:
    class All(set[str]):
        def __contains__(self, token: object) -> bool:
            return True

    archive.expired = All()
    with pytest.raises(FetchError, match="tokens expire"):
        fetch()
    assert len(archive.requests) < 12


def test_a_page_that_repeats_for_ever_is_noticed(
    archive: ArchiveServer, fetch: Harvest, papers: Papers
) -> None:
    archive.repeats = True
    with pytest.raises(FetchError, match="same page again and again"):
        fetch()
    assert len(archive.requests) == 2
    assert len(papers()) == 10


def test_a_paper_on_two_pages_is_one(
    archive: ArchiveServer, fetch: Harvest, papers: Papers
) -> None:
    archive.records = [*archive.records, *archive.records[:15], Record(56)]
    tally = fetch()
    assert (tally.added, tally.unchanged) == (56, 15)
    assert len(papers()) == 56


def test_the_last_word_on_a_paper_counts(
    archive: ArchiveServer, fetch: Harvest, papers: Papers
) -> None:
    archive.records = [
        Record(1), Record(1, deleted=True),
        Record(2, deleted=True), Record(2),
        Record(3), Record(3, revised=2),
    ]  # fmt: skip
    tally = fetch()
    found = papers()
    assert found.keys() == {"2403.00002", "2403.00003"}
    assert found["2403.00003"].title.endswith("revised 2")
    assert (tally.added, tally.removed) == (2, 0)


def test_a_record_that_is_no_paper_stops_nothing(
    archive: ArchiveServer, folder: Path, fetch: Harvest
) -> None:
    def untitled(handler: object, body: bytes, kind: str) -> None:
        broken = body.replace(b"<title>Paper &amp; number 3</title>", b"", 1)
        broken = broken.replace(b"<abstract>We count to 3 &lt; 4\n  and on.</abstract>", b"", 1)
        assert broken != body
        handler.answer(broken, kind)  # type: ignore[attr-defined]

    archive.faults.append(untitled)
    tally = fetch()
    assert (tally.added, tally.rejected) == (54, 1)
    reject = json.loads((folder / "rejects.jsonl").read_text())
    assert "neither title nor abstract" in reject["reason"]
    assert reject["source"] == archive.url()


@pytest.mark.parametrize("code", ["badArgument", "noSetHierarchy"])
def test_what_the_archive_refuses_is_said(
    archive: ArchiveServer, fetch: Harvest, code: str
) -> None:
    archive.faults.append(
        gives(
            b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
            b'<error code="%s">not so</error></OAI-PMH>' % code.encode()
        )
    )
    with pytest.raises(FetchError, match=f"{code}: not so.*--set"):
        fetch()
    assert len(archive.requests) == 1


class Killed(BaseException):
    """Stands for a signal that ends the process."""


@contextmanager
def killed(where: str) -> Iterator[None]:
    """Killed on the third page: before its papers are committed, or half-way through them."""
    taken: list[int] = []
    take = Run.take

    def kill(run: Run, records: Sequence[Item], **how: object) -> None:
        taken.append(1)
        if len(taken) == 3 and where == "before":
            raise Killed
        if len(taken) == 3 and where == "between":
            take(run, records[:5], second_hand=False, meta={})
            raise Killed
        take(run, records, **how)  # type: ignore[arg-type]
        if len(taken) == 3:
            raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Run, "take", kill)
        with pytest.raises(Killed):
            yield


@pytest.mark.parametrize("where", ["before", "between", "after"])
def test_a_page_that_is_here_isnt_asked_for_again(
    archive: ArchiveServer, fetch: Harvest, where: str, papers: Papers
) -> None:
    with killed(where):
        fetch()
    tally = fetch()
    assert {"before": 35, "between": 30, "after": 25}[where] == tally.added
    assert max(Counter(asked(archive)).values()) == 1
    assert len(papers()) == 55
    assert not fetch(start="", since_last=True).changed


def test_a_kept_page_that_rotted_is_asked_for_again(
    archive: ArchiveServer, folder: Path, fetch: Harvest
) -> None:
    with killed("before"):
        fetch()
    page = folder / PAGE_FILE
    page.write_bytes(page.read_bytes()[:-30])
    assert fetch().added == 35
    assert len(archive.requests) == 7


def test_ctrl_c_ends_it_in_good_order(
    archive: ArchiveServer, folder: Path, fetch: Harvest, reading: Reading
) -> None:
    class Impatient(SilentHarvest):
        def advanced(self, tally: Tally, fraction: float | None) -> None:
            if tally.read == 30:
                raise KeyboardInterrupt

    tally = fetch(listener=Impatient())
    assert (tally.interrupted, tally.added) == (True, 30)
    assert reading(folder).count(AnyWord("paper")) == 30
    assert fetch().added == 25
    assert len(archive.requests) == 6


def test_progress_is_of_what_is_left(archive: ArchiveServer, fetch: Harvest) -> None:
    class Recorder(SilentHarvest):
        def __init__(self) -> None:
            self.seen: list[float | None] = []

        def advanced(self, tally: Tally, fraction: float | None) -> None:
            self.seen.append(fraction)

    archive.faults.extend([None, None, gives(b"", status=404)])
    recorder = Recorder()
    with pytest.raises(FetchError):
        fetch(listener=recorder)
    assert recorder.seen == pytest.approx([10 / 55, 20 / 55])
    recorder = Recorder()
    fetch(listener=recorder)
    assert recorder.seen == pytest.approx([10 / 35, 20 / 35, 30 / 35, 1.0])


def test_waiting_is_told(archive: ArchiveServer, fetch: Harvest) -> None:
    class Recorder(SilentHarvest):
        def __init__(self) -> None:
            self.seen: list[tuple[str, float]] = []

        def waits(self, reason: str, seconds: float) -> None:
            self.seen.append((reason, seconds))

    archive.faults.extend([says(503), says(429)])
    recorder = Recorder()
    fetch(listener=recorder, delay=0.01)
    assert recorder.seen == [("the server answers 503", 0.01), ("the server answers 429", 0.02)]


def test_limits_hold_in_a_harvest(archive: ArchiveServer, fetch: Harvest) -> None:
    with pytest.raises(FetchError, match="more than 0 MB"):
        fetch(limits=Limits(page_bytes=1000))


def test_ctrl_c_within_a_page_keeps_its_first_papers_and_asks_for_it_again(
    archive: ArchiveServer, fetch: Harvest, papers: Papers, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed, left = HashingEmbedder.encode_documents, iter(range(1))

    def stopped(self: HashingEmbedder, texts: list[str]) -> Encoded:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return embed(self, texts)

    with monkeypatch.context() as patch:
        patch.setattr(HashingEmbedder, "encode_documents", stopped)
        tally = fetch()
    assert tally.interrupted
    assert len(papers()) == tally.added == PART
    assert fetch().added == 55 - tally.added
    assert len(papers()) == 55
