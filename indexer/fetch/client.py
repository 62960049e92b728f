"""HTTP as archives ask for it: one connection, paced, patient, and bounded in every direction."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self, TypeVar

import httpx2

from indexer.errors import FetchError, UsageError
from indexer.fetch.archive import Answer, TryAgainError
from indexer.fetch.pace import Pace
from indexer.version import version

T = TypeVar("T")
_GLANCE = 0.05
"""Seconds between two looks at whether a server was reached."""

USER_AGENT = f"nearpaper/{version()}"
_PASSING = frozenset((408, 425, 429, 500, 502, 503, 504))
_REDIRECTS = frozenset((301, 302, 303, 307, 308))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a page may take.

    Attributes:
        connect_seconds: Until a connection stands.
        read_seconds: Between two pieces of an answer.
        page_seconds: For a whole answer, however steadily it drips.
        page_bytes: Of an answer, decompressed.
        attempts: Requests for one page.
        patience_seconds: Waiting between them, all together.
        redirects: From one address to the next.
        unreachable_seconds: Until a server that never could be reached is given up.
    """

    connect_seconds: float = 20.0
    read_seconds: float = 60.0
    page_seconds: float = 600.0
    page_bytes: int = 50_000_000
    attempts: int = 8
    patience_seconds: float = 3600.0
    redirects: int = 3
    unreachable_seconds: float = 20.0


class Client:
    """Asks one server.

    Args:
        url: The address of its interface.
        pace: Keeps the requests apart.
        limits: What a page may take.
        waits: Is told why, and for how many seconds, before it waits to ask again.
    """

    def __init__(
        self, url: str, pace: Pace, limits: Limits, waits: Callable[[str, float], None]
    ) -> None:
        self._url, self._pace, self._limits, self._waits = checked(url), pace, limits, waits
        self._reached = threading.Event()
        self._client = httpx2.Client(
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"},
            timeout=httpx2.Timeout(limits.read_seconds, connect=limits.connect_seconds),
            limits=httpx2.Limits(max_connections=1),
            # A proxy of the environment doesn't lead to this machine.
            trust_env=not _is_loopback(self._url.host),
        )

    def ask(self, parameters: Mapping[str, str], read: Callable[[Answer], T]) -> T:
        """Ask until ``read`` can read the answer.

        Raises:
            FetchError: The server can't be reached, or didn't answer well in the time it has.
        """
        url = self._url.copy_merge_params(dict(parameters))
        patience, reason, wait = self._limits.patience_seconds, "", 0.0
        began = time.monotonic()
        for attempt in range(self._limits.attempts):
            if attempt:
                self._waits(reason, wait)
                self._pace.hold(wait)
            try:
                return read(self._answer(url))
            except TryAgainError as trouble:
                reason = str(trouble)
                wait = max(trouble.after or 0.0, self._pace.delay * 2**attempt)
                if time.monotonic() - began + wait > self._limits.unreachable_seconds:
                    self._require_reached(reason)
            patience -= wait
            if patience < 0:
                reason += f" and asks to wait {wait / 60:,.0f} min"
                break
        raise FetchError(
            f"{self._url.host}: {reason}; what came is kept, run the same command again later"
        )

    def _require_reached(self, reason: str) -> None:
        """Whoever has no network needn't wait for an hour."""
        if not self._reached.is_set():
            raise FetchError(
                f"{self._url.host} can't be reached: {reason}; check the network, or the proxy if "
                "there is one, and run the same command again"
            )

    def _answer(self, url: httpx2.URL) -> Answer:
        """Ask, and follow where the server sends."""
        for _ in range(self._limits.redirects + 1):
            answer = self._request(url)
            if isinstance(answer, Answer):
                return answer
            url = allowed(url, answer)
        raise FetchError(f"{self._url.host}: redirects without end")

    def _request(self, url: httpx2.URL) -> Answer | str:
        """One request: its answer, or where the server sends."""
        try:
            with self._pace.turn(), closing(self._sent(url)) as response:
                return self._received(response)
        except httpx2.TimeoutException:
            raise TryAgainError("no answer in time") from None
        except httpx2.RequestError as error:
            if isinstance(root := _root(error), ssl.SSLCertVerificationError):
                raise FetchError(
                    f"{url.host}: its certificate isn't valid ({root.verify_message}); "
                    "check the address and this machine's clock"
                ) from None
            raise TryAgainError(f"the connection failed ({error})") from None

    def _sent(self, url: httpx2.URL) -> httpx2.Response:
        """The beginning of an answer.

        Until the server was reached once, a thread asks: neither looking up a name nor trying one
        address after the other keeps to a time-out.
        """
        extensions = {"trace": self._trace}
        request = self._client.build_request("GET", url, extensions=extensions)
        if self._reached.is_set():
            return self._client.send(request, stream=True)
        asking = _Asking(self._client, request)
        asking.start()
        patience = self._limits.unreachable_seconds
        while not self._reached.is_set() and asking.is_alive() and patience > 0:
            asking.join(_GLANCE)
            patience -= _GLANCE
        if not self._reached.is_set() and asking.is_alive():
            raise TryAgainError("no connection in time")
        return asking.answer()

    def _trace(self, event: str, _: object) -> None:
        """Take note of the first connection."""
        if event.endswith("connect_tcp.complete"):
            self._reached.set()

    def _received(self, response: httpx2.Response) -> Answer | str:
        if response.status_code in _REDIRECTS:
            return response.headers.get("location", "")
        if response.status_code in _PASSING:
            reason = f"the server answers {response.status_code}"
            raise TryAgainError(reason, _retry_after(response))
        return Answer(
            response.status_code,
            self._body(response),
            _now(response).strftime("%Y-%m-%d"),
            response.headers.get("content-type", ""),
        )

    def _body(self, response: httpx2.Response) -> bytes:
        until = time.monotonic() + self._limits.page_seconds
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > self._limits.page_bytes:
                raise FetchError(
                    f"{response.url.host}: a page of more than "
                    f"{self._limits.page_bytes / 1e6:,.0f} MB, which is no page of papers; "
                    "check the address"
                )
            if time.monotonic() > until:
                raise TryAgainError(f"a page took longer than {self._limits.page_seconds:.0f} s")
        return bytes(body)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()


class _Asking(threading.Thread):
    """Sends one request; ends with the process, whatever it waits for."""

    def __init__(self, client: httpx2.Client, request: httpx2.Request) -> None:
        super().__init__(daemon=True)
        self._client, self._request = client, request
        self._response: httpx2.Response | None = None
        self._error: Exception | None = None

    def run(self) -> None:
        """Keep the answer, or the error."""
        try:
            self._response = self._client.send(self._request, stream=True)
        except Exception as error:
            self._error = error

    def answer(self) -> httpx2.Response:
        """Wait for the answer; raises what sending raised."""
        self.join()
        if self._response is None:
            raise self._error or TryAgainError("no answer")
        return self._response


def checked(url: str) -> httpx2.URL:
    """An address that may be asked; raises ``UsageError`` where it isn't one."""
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise UsageError(f"'{url}' is no web address ({error})") from None
    if not parsed.host or parsed.userinfo or parsed.query or not _is_safe(parsed):
        raise UsageError(
            f"'{url}': write https://, a host and a path; http:// is for this machine alone"
        )
    return parsed


def _is_safe(url: httpx2.URL) -> bool:
    return url.scheme == "https" or (url.scheme == "http" and _is_loopback(url.host))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_inside(host: str) -> bool:
    """Whether a host is no public one: on this machine, or in its own network.

    A name that can't be looked up here, as behind a proxy, counts as public.
    """
    host = host.rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761, 6.3
        return True
    try:
        found = [ipaddress.ip_address(host)]
    except ValueError:
        try:
            told = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return False
        found = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in told]
    return not all((getattr(one, "ipv4_mapped", None) or one).is_global for one in found)


def allowed(url: httpx2.URL, location: str) -> httpx2.URL:
    """Where a redirect leads; raises ``FetchError`` where that is into the open, or inside.

    Args:
        url: Who sends there.
        location: What it says, which may be relative.
    """
    try:
        target = url.join(location)
    except httpx2.InvalidURL:
        target = None
    safe = target is not None and _is_safe(target)
    if target is None or not safe or _is_inside(target.host) > _is_inside(url.host):
        shown = location.partition("?")[0][:200]  # a key may stand behind it
        raise FetchError(f"{url.host}: redirects to '{shown}', which isn't followed")
    return target


def _retry_after(response: httpx2.Response) -> float | None:
    """Seconds, given as such or as a date; ``None`` where there are none that can be read."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return float(text)
    try:
        then = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (_aware(then) - _now(response)).total_seconds())


def _now(response: httpx2.Response) -> datetime:
    """The time by the server's clock, by ours where it doesn't tell."""
    try:
        return _aware(parsedate_to_datetime(response.headers.get("date", "")))
    except ValueError:
        return datetime.now(UTC)


def _aware(time: datetime) -> datetime:
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _root(error: BaseException) -> BaseException:
    """What an error began with."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error
