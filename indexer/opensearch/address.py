"""Addresses of indexes on a cluster: ``opensearch://HOST[:9200][,HOST...]/NAME[?ca=FILE&...]``.

Messages about a wrong address quote nothing of it, as a password may stand anywhere in it.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote_to_bytes

from indexer.errors import CONTROLS, UsageError

Engine = Literal["lucene", "faiss"]

CHECKED, PLAIN = "opensearch://", "opensearch+http://"
"""How addresses begin: with TLS whose certificates are checked, and without TLS."""
PORT = 9200
_LONGEST = 4000
_PARAMETERS = ("ca", "shards", "replicas", "engine")
_HOST = re.compile(
    r"(?=.{1,253}$)(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*", re.A | re.I
)
_PORT = re.compile("[0-9]{1,5}")
_NAME = re.compile("[a-z0-9][a-z0-9_-]{0,99}")
_MOST = {"shards": (1, 1024), "replicas": (0, 100)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where an index on a cluster is. It never holds a password.

    Attributes:
        hosts: Names or IP addresses, IPv6 ones without brackets, and ports of some nodes.
        name: Of the index, within the cluster.
        tls: Connections are encrypted, and certificates checked.
        ca: Certificates to trust instead of the system's.
        shards: That a new index has; ``None`` where the address doesn't say.
        replicas: Copies of each shard, likewise.
        engine: What searches its vectors, likewise.
    """

    hosts: tuple[tuple[str, int], ...]
    name: str
    tls: bool = True
    ca: Path | None = None
    shards: int | None = None
    replicas: int | None = None
    engine: Engine | None = None

    @property
    def is_plain_away_from_loopback(self) -> bool:
        """Whoever is on the way reads along."""
        return not self.tls and not all(_is_loopback(host) for host, _ in self.hosts)

    def __str__(self) -> str:
        hosts = ",".join(
            (f"[{host}]" if ":" in host else host) + (f":{port}" if port != PORT else "")
            for host, port in self.hosts
        )
        values = {
            "ca": self.ca and quote(os.fsencode(self.ca)),
            "shards": self.shards,
            "replicas": self.replicas,
            "engine": self.engine,
        }
        given = "&".join(f"{key}={value}" for key, value in values.items() if value is not None)
        return f"{CHECKED if self.tls else PLAIN}{hosts}/{self.name}{given and '?' + given}"


def parse_address(text: str) -> Address:
    """Read an address.

    Raises:
        UsageError: It is none, or holds a user or a password.
    """
    if "@" in text:
        raise _wrong(
            "holds a user or a password; give them as $NEARPAPER_OPENSEARCH_USER and "
            "$NEARPAPER_OPENSEARCH_PASSWORD, or a key as $NEARPAPER_OPENSEARCH_KEY "
            "(an @ in ca= is written %40)"
        )
    if len(text) > _LONGEST or CONTROLS.search(text):
        raise _wrong(f"must be at most {_LONGEST:,} characters, and all of them visible")
    scheme = next((scheme for scheme in (CHECKED, PLAIN) if text.startswith(scheme)), None)
    if scheme is None:
        raise _wrong(f"must begin with {CHECKED} or {PLAIN}")
    place, asks, query = text.removeprefix(scheme).partition("?")
    hosts, _, name = place.partition("/")
    if not _NAME.fullmatch(name):
        raise _wrong(
            f"must be {scheme}HOST/NAME, with a NAME of at most 100 of a-z, 0-9, - and _ that "
            "begins with a letter or digit"
        )
    values = _parameters(query) if asks else {}
    if "ca" in values and scheme == PLAIN:
        raise _wrong(f"has ca=, but {PLAIN} checks no certificate; write {CHECKED} or leave it out")
    return Address(
        hosts=tuple(_host(host, number) for number, host in enumerate(hosts.split(","), 1)),
        name=name,
        tls=scheme == CHECKED,
        ca=_file(values.get("ca")),
        shards=_number("shards", values.get("shards")),
        replicas=_number("replicas", values.get("replicas")),
        engine=_engine(values.get("engine")),
    )


def _wrong(what: str) -> UsageError:
    return UsageError(f"the address of the index {what}")


def _host(text: str, number: int) -> tuple[str, int]:
    """A host and its port; ``number`` says which, for messages."""
    if text.startswith("["):
        inner, closed, rest = text[1:].partition("]")
        before, marked, port = rest.partition(":")
        host = _ipv6(inner) if closed and not before else ""
    else:
        host, marked, port = text.partition(":")
        host = host.lower() if _HOST.fullmatch(host) else ""
    if not host:
        raise _wrong(
            f"has no valid host in place {number}; write names, IPv4 addresses, or IPv6 "
            "addresses in brackets, with commas between them"
        )
    if marked and not (_PORT.fullmatch(port) and 1 <= int(port) <= 65535):
        raise _wrong(f"has no valid port at host {number}; write a number from 1 to 65535")
    return host, int(port) if marked else PORT


def _ipv6(text: str) -> str:
    """An address in its shortest form, empty where it is none."""
    try:
        return "" if "%" in text else str(IPv6Address(text))
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _parameters(query: str) -> dict[str, str]:
    values = dict[str, str]()
    for part in query.split("&"):
        key, _, value = part.partition("=")
        if key not in _PARAMETERS or not value:
            raise _wrong(
                "has an unknown or empty parameter; after ? it takes only ca=FILE, shards=N, "
                "replicas=N and engine=lucene|faiss"
            )
        if key in values:
            raise _wrong(f"has {key}= twice; leave one out")
        values[key] = value
    return values


def _file(value: str | None) -> Path | None:
    raw = unquote_to_bytes(value) if value is not None else None
    if raw is not None and b"\0" in raw:
        raise _wrong("has no valid ca=; name a file of certificates")
    return Path(os.fsdecode(raw)) if raw is not None else None


def _number(key: str, value: str | None) -> int | None:
    if value is None:
        return None
    least, most = _MOST[key]
    if not re.fullmatch("[0-9]{1,4}", value) or not least <= int(value) <= most:
        raise _wrong(f"has no valid {key}=; write a number from {least} to {most}")
    return int(value)


def _engine(value: str | None) -> Engine | None:
    match value:
        case None | "lucene" | "faiss":
            return value
    raise _wrong("has no valid engine=; write lucene or faiss")
