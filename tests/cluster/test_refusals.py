"""What a cluster, or what stands before it, refuses: one line, the right exit code and problem."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from indexer.opensearch.address import Address
from indexer.opensearch.requests.client import Cluster
from tests.cluster.conftest import Command
from tests.cluster.ports import free_ports
from tests.cluster.proxy import proxy, statuses
from tests.cluster.saying import (
    KEY,
    PASSWORD,
    SEARCH,
    USER,
    WRONG,
    assert_refused,
    found,
    indexing,
    problem,
)

pytestmark = pytest.mark.cluster

ALL = {"p0", "p1", "p2"}
BLOCK = "index.blocks.read_only_allow_delete"


def behind(address: Address, port: int, **parts: Any) -> Address:
    """The same index through a proxy."""
    return replace(address, hosts=(("localhost", port),), **parts)


def node_of(address: Address) -> str:
    host, port = address.hosts[0]
    return f"{host}:{port}"


def test_nobody_listens(address: Address, command: Command, tmp_path: Path) -> None:
    ports = free_ports(2)
    nowhere = replace(address, hosts=tuple(("127.0.0.1", port) for port in ports))
    assert_refused(command(SEARCH, nowhere), 1, "no node answers; check the address")
    said = command(indexing(tmp_path, 3), nowhere)
    assert_refused(said, 1, "no node answers; check the address")
    told = problem(nowhere)
    assert (told["status"], told["type"]) == (503, "urn:nearpaper:problem:cluster")
    one = replace(address, hosts=(("127.0.0.1", ports[0]), *address.hosts))
    assert found(command(SEARCH, one)) == ALL


def test_no_such_host(address: Address, command: Command) -> None:
    nowhere = replace(address, hosts=(("no-such-host.invalid", 9200),))
    assert_refused(command(SEARCH, nowhere), 1, "no node answers; check the address")


def test_something_else_listens(address: Address, command: Command, tmp_path: Path) -> None:
    with proxy(tmp_path, node_of(address), location="return 200 hello;") as port:
        assert_refused(command(SEARCH, behind(address, port)), 1, "no OpenSearch")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls(authority: trustme.CA, tmp_path: Path) -> str:
    """Configuration of nginx with a certificate for localhost, whose authority is in `ca.pem`."""
    certificate = authority.issue_cert("localhost")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    certificate.cert_chain_pems[0].write_to_path(str(chain))
    certificate.private_key_pem.write_to_path(str(key))
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return f"ssl_certificate {chain}; ssl_certificate_key {key};"


def test_certificates(address: Address, command: Command, tls: str, tmp_path: Path) -> None:
    trusted = tmp_path / "ca.pem"
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    with proxy(tmp_path, node_of(address), server=tls) as port:
        good = behind(address, port, tls=True, ca=trusted)
        assert found(command(SEARCH, good)) == ALL
        for bad in (
            replace(good, ca=None),
            replace(good, ca=other),
            replace(good, hosts=(("127.0.0.1", port),)),
        ):
            assert_refused(command(SEARCH, bad), 1, "certificate isn't trusted", "?ca=FILE")
            told = problem(bad)
            assert (told["status"], told["type"]) == (503, "urn:nearpaper:problem:cluster")
        assert_refused(command(SEARCH, behind(address, port)), 1, "refused a request")


def test_files_that_are_no_certificates(address: Address, command: Command, tmp_path: Path) -> None:
    (tmp_path / "text.pem").write_text("no certificate")
    for name, reason in (("missing.pem", "No such file"), ("text.pem", "not PEM")):
        bad = replace(address, tls=True, ca=tmp_path / name)
        assert_refused(command(SEARCH, bad), 2, "ca= names no file of certificates", reason)


def test_a_cluster_without_tls(address: Address, command: Command) -> None:
    assert_refused(command(SEARCH, replace(address, tls=True)), 1, "no TLS", "opensearch+http://")


def test_passwords(
    address: Address,
    command: Command,
    tls: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
    asks = f'auth_basic "papers"; auth_basic_user_file {tmp_path}/users;'
    with proxy(tmp_path, node_of(address), server=tls, location=asks) as port:
        good = behind(address, port, tls=True, ca=tmp_path / "ca.pem")
        assert_refused(command(SEARCH, good), 1, "refused the user or password")
        monkeypatch.setenv("NEARPAPER_OPENSEARCH_USER", USER)
        assert_refused(command(SEARCH, good), 2, "set both")
        monkeypatch.setenv("NEARPAPER_OPENSEARCH_PASSWORD", WRONG)
        assert_refused(command(SEARCH, good), 1, "refused the user or password")
        told = problem(good)
        assert (told["status"], told["type"]) == (503, "urn:nearpaper:problem:cluster")
        assert WRONG not in json.dumps(told)
        monkeypatch.setenv("NEARPAPER_OPENSEARCH_PASSWORD", PASSWORD)
        assert found(command(SEARCH, good)) == ALL


def test_keys(
    address: Address, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks = f'if ($http_authorization != "ApiKey {KEY}") {{ return 401; }}'
    with proxy(tmp_path, node_of(address), location=asks) as port:
        good = behind(address, port)
        monkeypatch.setenv("NEARPAPER_OPENSEARCH_KEY", WRONG)
        assert_refused(command(SEARCH, good), 1, "NEARPAPER_OPENSEARCH_KEY")
        monkeypatch.setenv("NEARPAPER_OPENSEARCH_KEY", KEY)
        assert found(command(SEARCH, good)) == ALL


def test_who_may_only_read_reads(address: Address, command: Command, tmp_path: Path) -> None:
    forbids = 'if ($request_method ~ "PUT|DELETE") { return 403; }'
    with proxy(tmp_path, node_of(address), location=forbids) as port:
        reader = behind(address, port)
        assert found(command(SEARCH, reader)) == ALL
        said = command(indexing(tmp_path, 4), reader)
        assert_refused(said, 1, "doesn't allow this")


def test_a_cluster_that_has_too_much_to_do(
    address: Address, command: Command, tmp_path: Path
) -> None:
    def limited(rate: str) -> dict[str, str]:
        zone = f"limit_req_zone $server_port zone=all:1m rate={rate}; limit_req_status 429;"
        return {"http": zone, "location": "limit_req zone=all;"}

    with proxy(tmp_path / "some", node_of(address), **limited("4r/s")) as port:
        assert found(command(SEARCH, behind(address, port))) == ALL
        assert 429 in statuses(tmp_path / "some")
    with proxy(tmp_path / "most", node_of(address), **limited("1r/m")) as port:
        assert_refused(command(SEARCH, behind(address, port)), 1, "too much to do")


@pytest.mark.parametrize("part", ["papers-*", "log", "*"])
def test_a_full_disk(own: Address, command: Command, tmp_path: Path, part: str) -> None:
    """The cluster blocks writing by itself when its disks fill up."""
    cluster, path = Cluster(own), f"/{own.name}.{part}/_settings"
    cluster.write("PUT", path, {BLOCK: True})
    more = indexing(tmp_path, 5)
    assert_refused(command(more, own), 1, "has no room left")
    assert found(command(SEARCH, own)) == ALL
    cluster.write("PUT", path, {BLOCK: None})
    cluster.close()
    assert command(more, own).code == 0
    assert found(command(SEARCH, own)) == {*ALL, "p3", "p4"}


def test_a_newer_format(own: Address, command: Command, tmp_path: Path) -> None:
    cluster, path = Cluster(own), f"/{own.name}.log/_doc/head"
    value = cluster.call("GET", path)["_source"]["value"]
    cluster.write("PUT", path, {"value": {**value, "format": value["format"] + 1}})
    before = cluster.call("GET", path)
    for arguments in (SEARCH, indexing(tmp_path, 5)):
        assert_refused(command(arguments, own), 1, "made by a newer nearpaper", "upgrade")
    told = problem(own)
    assert (told["status"], told["type"]) == (503, "urn:nearpaper:problem:index-format")
    assert cluster.call("GET", path) == before
    cluster.close()
