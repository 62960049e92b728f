"""How often one client may ask."""

from __future__ import annotations

import ipaddress
import math
import re
import time
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request
from limits import RateLimitItem, parse
from limits.strategies import FixedWindowRateLimiter
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.access.authorisation import ADMIN, STATIC
from api.http.access.hosts import FREE
from api.http.load.counters import SharedCounters
from api.http.problems import answer_error
from api.keys.key import Key
from indexer.errors import NearpaperError, UsageError

_RATE = re.compile(r"[1-9]\d{0,8}/(second|minute|hour|day)", re.ASCII)
_IPV6_NETWORK = 64
"""Bits of an IPv6 address that one client can't change: a household is given that much."""


class TooOftenError(NearpaperError):
    """A client asks more often than it may."""

    status = 429
    kind = "too-often"
    title = "Too many requests"


@dataclass(frozen=True, slots=True)
class Rates:
    """How often.

    Attributes:
        each: Client may ask, such as ``60/minute``.
        counters: The file that the processes of a service count in.
    """

    each: str
    counters: Path


class RateLimits:
    """ASGI middleware that lets each client ask so often, by its key, else by its address.

    Args:
        app: What is asked.
        rate: Of each client, such as ``60/minute``.
        counters: The file that the processes of a service count in.
    """

    def __init__(self, app: ASGIApp, rate: str, counters: Path) -> None:
        self.app, self._rate = app, checked_rate(rate)
        self._limiter = FixedWindowRateLimiter(SharedCounters(counters))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and say how many more there may be."""
        if scope["type"] != "http" or _is_free(scope["path"]):
            await self.app(scope, receive, send)
            return
        client = client_of(scope)
        allowed = self._limiter.hit(self._rate, client)
        ends, remaining = self._limiter.get_window_stats(self._rate, client)
        seconds = max(1, math.ceil(ends - time.time()))
        headers = {
            "RateLimit-Limit": str(self._rate.amount),
            "RateLimit-Remaining": str(remaining),
            "RateLimit-Reset": str(seconds),
        }

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        if allowed:
            await self.app(scope, receive, send_with_headers)
            return
        error = TooOftenError(f"at most {self._rate}; ask again in {seconds} s")
        response = answer_error(Request(scope), error)
        response.headers["Retry-After"] = str(seconds)
        await response(scope, receive, send_with_headers)


def _is_free(path: str) -> bool:
    """Probes, what a page consists of, and what only an admin may ask."""
    return path in FREE or path.startswith((STATIC, ADMIN))


def client_of(scope: Scope) -> str:
    """Who asks: the name of a key, else an address or the network that it can choose one from."""
    caller: Key | None = scope.get("state", {}).get("caller")
    if caller is not None:
        return f"key {caller.name}"
    host = (scope.get("client") or ("",))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return host
    if address.ipv4_mapped:  # how some proxies write them
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _IPV6_NETWORK), strict=False))


def checked_rate(text: str) -> RateLimitItem:
    """A rate such as ``60/minute``; raises ``UsageError``."""
    if not _RATE.fullmatch(text):
        raise UsageError(f"--rate-limit {text}: write a rate, such as 60/minute or 1000/hour")
    return parse(text)
