"""A server on this machine that speaks as the archives do, and misbehaves on command.

OAI-PMH at ``/oai``, arXiv's Atom at ``/api/query``, Hugging Face's daily papers at
``/api/daily_papers``, OpenAlex at ``/works``; every request is logged with its time.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

XML, ATOM, JSON = "text/xml", "application/atom+xml; charset=UTF-8", "application/json"


@dataclass(frozen=True, slots=True)
class Record:
    """A paper of the archive: its text is made from its number."""

    number: int
    day: str = "2024-03-01"
    revised: int = 0
    deleted: bool = False

    @property
    def id(self) -> str:
        return f"2403.{self.number:05}"

    @property
    def title(self) -> str:
        return f"Paper & number {self.number}" + (f", revised {self.revised}" * bool(self.revised))

    @property
    def abstract(self) -> str:
        return f"We count to {self.number} < {self.number + 1}\n  and on."


class Request(NamedTuple):
    """What was asked, when (seconds, monotonic), and over which of the client's ports."""

    path: str
    parameters: dict[str, str]
    time: float
    port: int
    headers: dict[str, str]


Fault = Callable[["Handler", bytes, str], None]
"""Answers a request otherwise than it should be; is given the right body and its type."""


def says(status: int, **headers: str) -> Fault:
    """A status and headers (``retry_after="3"``), without the page."""

    def answer(handler: Handler, body: bytes, kind: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        handler.answer(b"busy", "text/plain", status, named)

    return answer


def gives(body: bytes, kind: str = XML, status: int = 200) -> Fault:
    """Something else."""
    return lambda handler, right, right_kind: handler.answer(body, kind, status)


def silence(handler: Handler, body: bytes, kind: str) -> None:
    """Nothing, until the client has gone or the server is closed."""
    handler.archive.closing.wait(30)
    handler.close_connection = True


def truncated(handler: Handler, body: bytes, kind: str) -> None:
    """Half of the page, as if that were all."""
    handler.answer(body[: len(body) // 2], kind)


def cut(handler: Handler, body: bytes, kind: str) -> None:
    """Half of the page, then the connection closes."""
    handler.begin(kind, {"Content-Length": str(len(body))})
    handler.wfile.write(body[: len(body) // 2])
    handler.close_connection = True


def hangs_up(handler: Handler, body: bytes, kind: str) -> None:
    """The connection closes without a word."""
    handler.close_connection = True


def drips(handler: Handler, body: bytes, kind: str) -> None:
    """The page, byte by byte."""
    handler.begin(kind, {"Content-Length": str(len(body))})
    for place in range(len(body)):
        if handler.archive.closing.wait(0.02):
            return
        handler.wfile.write(body[place : place + 1])


def giant(handler: Handler, body: bytes, kind: str) -> None:
    """A page that doesn't end."""
    handler.begin(kind, {"Transfer-Encoding": "chunked"})
    piece = b"%x\r\n%s\r\n" % (1 << 16, b" " * (1 << 16))
    while not handler.archive.closing.is_set():
        handler.wfile.write(piece)


@dataclass
class ArchiveServer:
    """The archive and what it is asked.

    Attributes:
        records: What it holds, in the order in which it lists them.
        page_size: Records of a page.
        faults: Waiting to be shown: one for each of the next requests, ``None`` for none.
        repeats: It gives the first page again and again, always with another token.
        expired: Tokens that it has forgotten.
        requests: All that was asked.
    """

    records: Sequence[Record]
    page_size: int = 10
    faults: deque[Fault | None] = field(default_factory=deque)
    repeats: bool = False
    expired: set[str] = field(default_factory=set)
    requests: list[Request] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    base: str = ""

    def url(self, path: str = "/oai") -> str:
        return self.base + path

    def revise(self, number: int, day: str) -> None:
        """A new version of a paper, as of a day."""
        (old,) = (record for record in self.records if record.number == number)
        rest = [record for record in self.records if record is not old]
        self.records = [*rest, replace(old, revised=old.revised + 1, day=day)]

    def delete(self, number: int, day: str) -> None:
        """A paper is taken out; the archive tells of it."""
        rest = [record for record in self.records if record.number != number]
        self.records = [*rest, Record(number, day, deleted=True)]

    def page(self, path: str, asked: dict[str, str]) -> tuple[bytes, str]:
        """The right answer."""
        speak = {
            "/oai": self._oai,
            "/api/query": self._atom,
            "/api/daily_papers": self._daily,
            "/works": self._works,
        }
        return speak[path](asked)

    def _oai(self, asked: dict[str, str]) -> tuple[bytes, str]:
        token = asked.get("resumptionToken", "")
        if asked.get("verb") == "Identify":
            return oai("<Identify><repositoryName>test</repositoryName></Identify>"), XML
        if asked.get("verb") != "ListRecords" or (token and len(asked) > 2):
            return oai('<error code="badArgument">no such argument</error>'), XML
        if token and (token in self.expired or token.count("|") != 3):
            return oai('<error code="badResumptionToken">expired</error>'), XML
        if not token and asked.get("metadataPrefix") != "arXiv":
            return oai('<error code="cannotDisseminateFormat">no such format</error>'), XML
        first, last, offset, turn = token.split("|") if token else (
            asked.get("from", ""), asked.get("until", "9999"), "0", "0",
        )  # fmt: skip
        matching = [record for record in self.records if first <= record.day <= last]
        if not matching:
            return oai('<error code="noRecordsMatch">nothing</error>'), XML
        start = 0 if self.repeats else int(offset)
        end = start + self.page_size
        records = "".join(map(oai_record, matching[start:end]))
        more = f"{first}|{last}|{end}|{int(turn) + 1}"
        if end >= len(matching) and not self.repeats:
            more = ""
        end_tag = (
            f'<resumptionToken cursor="{start}" completeListSize="{len(matching)}">'
            f"{more}</resumptionToken>"
        )
        return oai(f"<ListRecords>{records}{end_tag if more or start else ''}</ListRecords>"), XML

    def _atom(self, asked: dict[str, str]) -> tuple[bytes, str]:
        if "bad" in asked["search_query"]:
            entry = (
                "<entry><id>http://arxiv.org/api/errors#1</id><summary>incorrect</summary></entry>"
            )
            return atom(1, entry), ATOM
        start, size = int(asked["start"]), min(self.page_size, int(asked["max_results"]))
        entries = "".join(map(atom_entry, self.records[start : start + size]))
        return atom(len(self.records), entries), ATOM

    def _daily(self, asked: dict[str, str]) -> tuple[bytes, str]:
        listed = [record for record in self.records if record.day == asked["date"]]
        size = int(asked["limit"])
        start = int(asked["p"]) * size
        return json.dumps([daily_entry(one) for one in listed[start : start + size]]).encode(), JSON

    def _works(self, asked: dict[str, str]) -> tuple[bytes, str]:
        start = 0 if asked["cursor"] == "*" else int(asked["cursor"].removeprefix("c"))
        end = start + min(self.page_size, int(asked["per-page"]))
        results = [work(record) for record in self.records[start:end]]
        cursor = f"c{end}" if results else None
        meta = {"count": len(self.records), "per_page": self.page_size, "next_cursor": cursor}
        return json.dumps({"meta": meta, "results": results}).encode(), JSON


class Handler(BaseHTTPRequestHandler):
    """One connection, kept open between requests."""

    protocol_version = "HTTP/1.1"
    archive: ArchiveServer

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        asked = dict(parse_qsl(url.query, keep_blank_values=True))
        self.archive.requests.append(
            Request(url.path, asked, time.monotonic(), self.client_address[1], dict(self.headers))
        )
        body, kind = self.archive.page(url.path, asked)
        fault = self.archive.faults.popleft() if self.archive.faults else None
        try:
            (fault or Handler.answer)(self, body, kind)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client was killed or has had enough

    def answer(
        self, body: bytes, kind: str, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        self.begin(kind, {"Content-Length": str(len(body)), **(headers or {})}, status)
        self.wfile.write(body)

    def begin(self, kind: str, headers: dict[str, str], status: int = 200) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """The log is in ``requests``."""


class Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that is killed leaves a broken connection behind, which is no news."""


@contextmanager
def archive_server(
    records: Sequence[Record], page_size: int = 10, tls: SSLContext | None = None
) -> Iterator[ArchiveServer]:
    """A running server."""
    archive = ArchiveServer(records, page_size)
    handler = type("Bound", (Handler,), {"archive": archive})
    server = Server(("127.0.0.1", 0), handler)
    archive.base = f"http://127.0.0.1:{server.server_port}"
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        archive.base = f"https://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield archive
    finally:
        archive.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def oai(content: str) -> bytes:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">\n'
        f"<responseDate>{now}</responseDate>\n<request>http://localhost/oai</request>\n"
        f"{content}\n</OAI-PMH>\n"
    ).encode()


def oai_record(record: Record) -> str:
    status = ' status="deleted"' if record.deleted else ""
    header = (
        f"<record>\n<header{status}><identifier>oai:arXiv.org:{record.id}</identifier>"
        f"<datestamp>{record.day}</datestamp><setSpec>cs</setSpec></header>"
    )
    if record.deleted:
        return f"{header}</record>\n"
    return (
        f'{header}<metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{record.id}</id>'
        "<created>2024-03-01</created><authors><author><keyname>Zoë</keyname>"
        "<forenames>A. B.</forenames></author></authors>"
        f"<title>{escape(record.title)}</title><categories>cs.CL math.OC</categories>"
        f"<abstract>{escape(record.abstract)}</abstract></arXiv></metadata></record>\n"
    )


def atom(total: int, entries: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:arxiv="http://arxiv.org/schemas/atom" '
        'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">\n'
        "<id>http://arxiv.org/api/x</id>"
        f"<opensearch:totalResults>{total}</opensearch:totalResults>\n{entries}</feed>\n"
    ).encode()


def atom_entry(record: Record) -> str:
    return (
        f"<entry><id>http://arxiv.org/abs/{record.id}v2</id>"
        f"<published>{record.day}T08:00:00Z</published><title>{escape(record.title)}</title>"
        f"<summary>{escape(record.abstract)}</summary><author><name>A. B. Zoë</name></author>"
        '<arxiv:primary_category term="math.OC"/><category term="cs.CL"/>'
        '<category term="math.OC"/></entry>\n'
    )


def daily_entry(record: Record) -> dict[str, object]:
    paper = {
        "id": record.id,
        "title": record.title,
        "summary": record.abstract,
        "publishedAt": f"{record.day}T00:00:00.000Z",
        "upvotes": record.number,
    }
    return {"paper": paper, "publishedAt": f"{record.day}T00:00:00.000Z", "numComments": 1}


def work(record: Record) -> dict[str, object]:
    words = record.abstract.split()
    places = {word: [at for at, one in enumerate(words) if one == word] for word in words}
    return {
        "id": f"https://openalex.org/W{record.number}",
        "doi": f"https://doi.org/10.1000/{record.number}",
        "display_name": record.title,
        "title": record.title,
        "publication_date": record.day,
        "abstract_inverted_index": places,
        "authorships": [{"author": {"display_name": "A. B. Zoë"}}],
    }
