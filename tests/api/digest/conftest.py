"""An index that grows, a file of saved searches, and a real mail server on this machine."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session

from api.cli import run
from indexer.pipeline import add

Record = Mapping[str, object]
USER, PASSWORD = "reader", "open sesame"
SEARCHES = """
[[search]]
name = "Proteins"
question = "how proteins fold"
"""


def paper(number: int, **more: object) -> Record:
    return {
        "id": f"2601.{number:05}",
        "title": f"How proteins fold, part {number}",
        "abstract": f"We fold proteins in {number} ways.",
        "date": "2026-01-05",
        "url": f"https://arxiv.org/abs/2601.{number:05}",
        **more,
    }


def others(number: int) -> Record:
    words = np.random.default_rng(number).choice(500, 8)
    return {"id": f"o{number}", "title": " ".join(f"word{word}" for word in words)}


@dataclass
class Place:
    """A folder with an index and, beside it, saved searches."""

    folder: Path

    @property
    def index(self) -> Path:
        return self.folder / "index"

    @property
    def searches(self) -> Path:
        return self.folder / "searches.toml"

    @property
    def state(self) -> Path:
        return self.folder / "searches.state.json"

    def put(self, *records: Record) -> None:
        path = self.folder / "papers.jsonl"
        path.write_text("".join(json.dumps(one) + "\n" for one in records))
        add(self.index, [str(path)], model="hashing", keep_duplicates=True)

    def write(self, text: str) -> None:
        self.searches.write_text(text, encoding="utf-8")


@pytest.fixture(scope="session")
def barren(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Papers that nobody asks for."""
    made = Place(tmp_path_factory.mktemp("barren"))
    made.put(*map(others, range(200)))
    return made


@pytest.fixture
def place(barren: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The same, to be added to."""
    made = Place(tmp_path)
    shutil.copytree(barren.index, made.index)
    monkeypatch.setenv("NEARPAPER_INDEX", str(made.index))
    monkeypatch.delenv("NEARPAPER_SMTP_PASSWORD", raising=False)
    made.write(SEARCHES)
    return made


Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def digest(place: Place, capfd: pytest.CaptureFixture[str]) -> Call:
    """Carry out ``nearpaper digest``; exit code, standard output, standard error."""

    def call(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run(["digest", *arguments])
        out, err = capfd.readouterr()
        return code, out, err

    return call


@dataclass
class Mailbox:
    """A mail server: what it has got, and what it says next instead of doing its work."""

    port: int = 0
    got: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    answers: deque[str] = field(default_factory=deque)
    taken: Callable[[], None] = lambda: None

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: Any, session: Session, envelope: Envelope
    ) -> str:
        if self.answers:
            return self.answers.popleft()
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.got.append(message)
        self.to += envelope.rcpt_tos
        self.taken()
        return "250 OK"

    def sign_in(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
        given = (data.login.decode(), data.password.decode())
        if given == (USER, PASSWORD):
            self.users.append(given[0])
            return AuthResult(success=True)
        return AuthResult(success=False, handled=False)

    def options(self, to: str = '"a@example.org"', **more: object) -> str:
        """The table that sends here."""
        values = {"host": "127.0.0.1", "port": self.port, "from": "np@example.org", **more}
        values.setdefault("security", "none")
        lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
        return "\n".join(["[mail]", f"to = {to}", *lines, ""])


@contextmanager
def running(box: Mailbox, **options: Any) -> Iterator[Mailbox]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port, **options)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with running(Mailbox()) as box:
        yield box


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def trusting(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process trusts, as people set it for a server of their own."""
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


@contextmanager
def silent() -> Iterator[int]:
    """The port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@contextmanager
def hanging_up() -> Iterator[int]:
    """The port of a server that closes every connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def close_all() -> None:
            while True:
                try:
                    listener.accept()[0].close()
                except OSError:
                    return

        thread = threading.Thread(target=close_all)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
