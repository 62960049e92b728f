"""The real client against a real server that misbehaves."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import httpx2
import pytest
from archive_server import (
    ArchiveServer,
    Fault,
    archive_server,
    cut,
    drips,
    giant,
    gives,
    hangs_up,
    says,
    silence,
)

from indexer.errors import FetchError, UsageError
from indexer.fetch.archive import Answer, TryAgainError
from indexer.fetch.arxiv_oai import ArxivSet
from indexer.fetch.client import Client, Limits, allowed, checked
from indexer.fetch.pace import Pace

ARXIV_DELAY = ArxivSet("cs").delay
IDENTIFY = {"verb": "Identify"}
QUICK = Limits(connect_seconds=1, read_seconds=0.3, page_seconds=0.5, page_bytes=1_000_000)

Ask = Callable[..., Answer]


@pytest.fixture
def told() -> list[tuple[str, float]]:
    return []


@pytest.fixture
def ask(archive: ArchiveServer, told: list[tuple[str, float]]) -> Ask:
    """Ask what the archive is; gives the answer."""

    def call(limits: Limits = QUICK, read: Callable[[Answer], Answer] = lambda answer: answer,
             delay: float = 0.01) -> Answer:  # fmt: skip
        waits = lambda reason, seconds: told.append((reason, seconds))  # noqa: E731
        with Client(archive.url(), Pace(delay), limits, waits) as client:
            return client.ask(IDENTIFY, read)

    return call


def test_an_answer(archive: ArchiveServer, ask: Ask) -> None:
    answer = ask()
    assert answer.status == 200
    assert b"<Identify>" in answer.body
    assert answer.day == datetime.now(UTC).strftime("%Y-%m-%d")
    (request,) = archive.requests
    assert request.headers["User-Agent"].startswith("nearpaper/")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (says(503), "answers 503"),
        (says(429, retry_after="0"), "answers 429"),
        (says(500), "answers 500"),
        (cut, "connection failed"),
        (hangs_up, "connection failed"),
        (silence, "no answer in time"),
        (drips, "longer than"),
    ],
)
def test_trouble_that_passes_is_waited_out(
    archive: ArchiveServer, ask: Ask, told: list[tuple[str, float]], fault: Fault, reason: str
) -> None:
    archive.faults.extend([fault, fault])
    assert b"<Identify>" in ask().body
    assert len(archive.requests) == 3
    assert [reason in why for why, _ in told] == [True, True]


def test_waits_grow(archive: ArchiveServer, ask: Ask, told: list[tuple[str, float]]) -> None:
    archive.faults.extend([says(503)] * 4)
    ask()
    assert [seconds for _, seconds in told] == pytest.approx([0.01, 0.02, 0.04, 0.08])


def in_a_moment(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.slow
@pytest.mark.parametrize("after", [lambda: "1", lambda: in_a_moment(1.99)])
def test_retry_after_is_obeyed(archive: ArchiveServer, ask: Ask, after: Callable[[], str]) -> None:
    archive.faults.append(says(503, retry_after=after()))
    ask()
    before, then = archive.requests
    assert 0.9 <= then.time - before.time < 4


@pytest.mark.parametrize("after", ["soon", "-5", "", "1e9", "9" * 400, "Tue, 99 Foo 2024"])
def test_a_retry_after_that_makes_no_sense_is_passed_over(
    archive: ArchiveServer, ask: Ask, after: str
) -> None:
    archive.faults.append(says(503, retry_after=after))
    assert ask().status == 200


def test_a_retry_after_in_the_past_is_now(archive: ArchiveServer, ask: Ask) -> None:
    archive.faults.append(says(503, retry_after="Fri, 31 Dec 1999 23:59:59 GMT"))
    assert ask().status == 200


def test_patience_has_a_bound(archive: ArchiveServer, ask: Ask) -> None:
    archive.faults.append(says(503, retry_after="7200"))
    with pytest.raises(FetchError, match=r"503 and asks to wait 120 min.*same command again"):
        ask()
    assert len(archive.requests) == 1


def test_attempts_have_a_bound(archive: ArchiveServer, ask: Ask) -> None:
    archive.faults.extend([says(503)] * 9)
    with pytest.raises(FetchError, match="answers 503; what came is kept"):
        ask(Limits(attempts=3))
    assert len(archive.requests) == 3


def test_an_answer_that_cant_be_read_is_asked_for_again(archive: ArchiveServer, ask: Ask) -> None:
    archive.faults.append(gives(b"maintenance"))

    def read(answer: Answer) -> Answer:
        if b"OAI-PMH" not in answer.body:
            raise TryAgainError("no page")
        return answer

    assert b"<Identify>" in ask(read=read).body


def zipped(body: bytes) -> Fault:
    packed = gzip.compress(body)
    return lambda handler, right, kind: handler.answer(
        packed, kind, 200, {"Content-Encoding": "gzip"}
    )


@pytest.mark.parametrize("fault", [giant, zipped(b" " * 50_000_000)])
def test_a_giant_page_is_refused(archive: ArchiveServer, ask: Ask, fault: Fault) -> None:
    archive.faults.append(fault)
    with pytest.raises(FetchError, match="more than 1 MB"):
        ask()
    assert len(archive.requests) == 1


def test_compressed_answers_are_read(archive: ArchiveServer, ask: Ask) -> None:
    archive.faults.append(zipped(b"small"))
    assert ask().body == b"small"


def test_what_asking_again_wont_change_is_an_answer(archive: ArchiveServer, ask: Ask) -> None:
    archive.faults.append(gives(b"who are you", "text/plain", 403))
    assert ask()[:2] == (403, b"who are you")


def test_requests_keep_their_distance_on_one_connection(archive: ArchiveServer) -> None:
    started = time.monotonic()
    with Client(archive.url(), Pace(0.2), QUICK, lambda *_: None) as client:
        for _ in range(3):
            client.ask(IDENTIFY, lambda answer: answer)
    times = [started, *(request.time for request in archive.requests)]
    assert min(after - before for before, after in pairwise(times)) >= 0.2
    assert len({request.port for request in archive.requests}) == 1


def test_redirects_are_followed_at_a_distance(archive: ArchiveServer, ask: Ask) -> None:
    archive.faults.extend([says(301, location="/oai?verb=Identify")] * 2)
    assert b"<Identify>" in ask(delay=0.1).body
    times = [request.time for request in archive.requests]
    assert len(times) == 3
    assert min(times[1] - times[0], times[2] - times[1]) >= 0.1


@pytest.mark.parametrize(
    "location",
    ["http://example.org/", "ftp://example.org/", "file:///etc/passwd", "http://[bad", ""],
)
def test_no_redirect_leads_into_the_open(archive: ArchiveServer, ask: Ask, location: str) -> None:
    archive.faults.extend([says(302, location=location)] * 9)
    with pytest.raises(FetchError, match=r"isn't followed|without end"):
        ask()


def test_redirects_without_end(archive: ArchiveServer, ask: Ask) -> None:
    archive.faults.extend([says(302, location="/oai")] * 9)
    with pytest.raises(FetchError, match="without end"):
        ask()
    assert len(archive.requests) == 4


@pytest.mark.parametrize(
    "url",
    [
        "http://oaipmh.arxiv.org/oai",
        "http://10.0.0.1/oai",
        "ftp://127.0.0.1/",
        "https://user:word@example.org/",
        "https://example.org/?a=b",
        "https:///path",
        "example.org",
        "",
        "http://[::1",
    ],
)
def test_addresses_that_arent_asked(url: str) -> None:
    with pytest.raises(UsageError):
        checked(url)


@pytest.mark.parametrize(
    "url", ["https://oaipmh.arxiv.org/oai", "http://127.0.0.1:8080/x", "http://localhost/", "http://[::1]/"]
)  # fmt: skip
def test_addresses_that_are(url: str) -> None:
    assert str(checked(url)) == url


def test_nobody_listens(archive: ArchiveServer) -> None:
    with (
        Client("http://127.0.0.1:9/oai", Pace(0.01), Limits(attempts=2), lambda *_: None) as client,
        pytest.raises(FetchError, match="connection failed"),
    ):
        client.ask(IDENTIFY, lambda answer: answer)


def test_a_certificate_that_nobody_vouches_for_ends_it_at_once(tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("needs openssl to make a certificate")
    files = "-keyout", tmp_path / "key", "-out", tmp_path / "certificate"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *files,
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    with archive_server([], tls=context) as archive:
        client = Client(archive.url(), Pace(0.01), QUICK, lambda *_: None)
        with client, pytest.raises(FetchError, match="certificate isn't valid"):
            client.ask(IDENTIFY, lambda answer: answer)
        assert archive.requests == []


def test_without_a_network_it_gives_up_soon_and_says_so(told: list[tuple[str, float]]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/oai"
        waits = lambda reason, seconds: told.append((reason, seconds))  # noqa: E731
        limits = Limits(unreachable_seconds=1.0)
        start = time.monotonic()
        with Client(address, Pace(0.1), limits, waits) as client, pytest.raises(
            FetchError, match=r"127\.0\.0\.1 can't be reached: the connection failed.*network"
        ):  # fmt: skip
            client.ask(IDENTIFY, lambda answer: answer)
    assert time.monotonic() - start < 3
    assert told


def test_a_network_that_swallows_everything_is_given_up_soon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As where no name server answers, which no time-out of a connection ends."""
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait(60))
    start = time.monotonic()
    limits = Limits(unreachable_seconds=0.5)
    with Client("https://example.org/oai", Pace(0.0), limits, lambda *_: None) as client:
        with pytest.raises(
            FetchError, match=r"example\.org can't be reached: no connection in time"
        ):
            client.ask(IDENTIFY, lambda answer: answer)
        assert time.monotonic() - start < 5
        release.set()


def test_by_default_that_is_within_half_a_minute() -> None:
    assert Limits().unreachable_seconds + 2 * ARXIV_DELAY < 30


def test_a_server_that_was_reached_is_waited_for(archive: ArchiveServer, ask: Ask) -> None:
    archive.faults.extend([hangs_up] * 5)
    assert ask(Limits(read_seconds=1, unreachable_seconds=0.5), delay=0.05).status == 200


@pytest.mark.parametrize(
    "inside",
    [
        *("https://10.0.0.1/", "https://192.168.1.1/oai", "https://169.254.169.254/latest"),
        *("https://[fd00::1]/", "https://[::ffff:10.0.0.1]/", "https://localhost/"),
        *("https://localhost./", "https://[::1]/", "https://0.0.0.0/", "//172.16.0.1/x"),
    ],
)
def test_no_public_server_leads_into_this_network(inside: str) -> None:
    public, private = httpx2.URL("https://1.1.1.1/oai"), httpx2.URL("https://10.0.0.2/oai")
    with pytest.raises(FetchError, match="isn't followed"):
        allowed(public, inside)
    assert allowed(public, "https://8.8.8.8/").host == "8.8.8.8"
    assert allowed(private, "https://10.0.0.3/").host == "10.0.0.3"
