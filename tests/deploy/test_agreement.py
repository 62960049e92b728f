"""Everything that `deploy/` starts is given what is there: addresses, files, ports, variables."""

from __future__ import annotations

import inspect
import json
import re
import ssl
import tomllib
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import pytest
import typer
import uvicorn

from api.commands.app import app
from indexer.opensearch.address import Address, parse_address
from indexer.opensearch.records.schema import alias, log_index, papers_index
from tests.cluster.distribution import VERSION
from tests.deploy.files import (
    DEPLOY,
    ROOT,
    SECRET,
    Container,
    compose,
    containers,
    load,
    manifest,
    of_nearpaper,
)

ASKING = [each for each in of_nearpaper() if "NEARPAPER_INDEX" in each.environment]
NODES = {
    "compose.yaml": {"opensearch-0", "opensearch-1", "opensearch-2"},
    "kubernetes": {f"opensearch-{number}.opensearch" for number in range(3)},
}
OF_OPENSEARCH = {
    "DISABLE_INSTALL_DEMO_CONFIG",
    "DISABLE_PERFORMANCE_ANALYZER_AGENT_CLI",
    "OPENSEARCH_JAVA_OPTS",
}
"""What the image's start script reads, besides settings of a node by their names."""


def address_of(container: Container) -> Address:
    return parse_address(container.environment["NEARPAPER_INDEX"])


def role_of(container: Container) -> dict[str, list[str]]:
    user = container.environment["NEARPAPER_OPENSEARCH_USER"]
    role = json.loads((DEPLOY / "opensearch" / f"{user}.json").read_text(encoding="utf-8"))
    (permission,) = role["index_permissions"]
    return {"cluster": role["cluster_permissions"], **permission}


@pytest.mark.parametrize("container", containers(), ids=str)
def test_images_have_a_version(container: Container) -> None:
    name, _, version = container.image.partition(":")
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    # Of OpenSearch, the one that the tests run on.
    ours = {"nearpaper": project["version"], "opensearchproject/opensearch": VERSION}
    assert version == ours.get(name, version)


def test_both_ways_start_the_same_images() -> None:
    composed, deployed = (
        {each.image for each in containers() if each.place == place} for place in NODES
    )
    assert composed == deployed


@pytest.mark.parametrize("container", ASKING, ids=str)
def test_addresses_lead_to_nodes(container: Container) -> None:
    address = address_of(container)
    assert {host for host, _ in address.hosts} == NODES[container.place]
    assert {port for _, port in address.hosts} == {9200}
    assert address.engine == "faiss"
    assert container.files[str(address.ca)] == "secrets/ca.pem"


def test_nodes_are_called_what_addresses_say() -> None:
    services = compose()["services"]
    named = {
        service["hostname"]
        for service in services.values()
        if "opensearch" in service["image"] and "hostname" in service
    }
    assert named == NODES["compose.yaml"] <= services.keys()
    nodes = manifest("StatefulSet", "opensearch")
    spec, name = nodes["spec"], nodes["metadata"]["name"]
    assert {
        f"{name}-{number}.{spec['serviceName']}" for number in range(spec["replicas"])
    } == NODES["kubernetes"]


@pytest.mark.parametrize("container", ASKING, ids=str)
def test_users_may_reach_the_index(container: Container) -> None:
    address = address_of(container)
    patterns = role_of(container)["index_patterns"]
    for index in (alias(address), log_index(address), papers_index(address, 12)):
        assert any(fnmatchcase(index, pattern) for pattern in patterns), index
    assert not any(fnmatchcase("papers-of-others", pattern) for pattern in patterns)


@pytest.mark.parametrize("container", of_nearpaper(), ids=str)
def test_commands_are_understood(container: Container) -> None:
    command: Any = typer.main.get_command(app)
    arguments = list(container.command)
    while hasattr(command, "commands"):
        command = command.commands[arguments.pop(0)]
    assert command.make_context(command.name, arguments).params


@pytest.mark.parametrize("container", containers(), ids=str)
def test_variables_are_read(container: Container) -> None:
    texts = [inspect.getsource(uvicorn.config)] if "serve" in container.command else []
    if container.image.startswith("nearpaper:"):
        texts.append((ROOT / "docs" / "exit-codes.md").read_text("utf-8"))
    texts += [
        (DEPLOY / file).read_text("utf-8")
        for target, file in container.files.items()
        if target in container.command
    ]
    for name in container.environment:
        of_a_node = name in OF_OPENSEARCH or re.fullmatch(r"[a-z_]+\.[a-z_]+", name)
        found = any(re.search(rf"\b{name}\b", text) for text in texts)
        assert found or (not texts and of_a_node), name


def test_passwords_are_told_from_outside() -> None:
    example = (DEPLOY / ".env.example").read_text("utf-8")
    empty = set(re.findall(r"^(\w+)=$", example, re.MULTILINE))
    assert len(empty) == 2
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    assert set(re.findall(r"\$\{(\w+):\?", text)) == empty
    for container in containers():
        for name, value in container.environment.items():
            assert value == SECRET or "PASSWORD" not in name
        for each in container.raw.get("container", {}).get("env", ()):
            told = each.get("valueFrom", {}).get("secretKeyRef")
            assert told is None or (told["name"], told["key"] in empty) == ("passwords", True)


def test_the_proxy_asks_where_workers_listen() -> None:
    ((host, port),) = re.findall(r"server (\w+):(\d+)", (DEPLOY / "nginx.conf").read_text("utf-8"))
    for worker in (each for each in of_nearpaper() if each.command[0] == "serve"):
        assert worker.name == host
        assert worker.command[worker.command.index("--port") + 1] == port
    (service,) = manifest("Service", host)["spec"]["ports"]
    assert service["port"] == int(port)
    assert f":{port}/readyz" in compose()["services"][host]["healthcheck"]["test"][3]


def test_nodes_find_their_files() -> None:
    settings = load("opensearch/opensearch.yml")
    folder = "/usr/share/opensearch/config"
    nodes = [each for each in containers() if f"{folder}/opensearch.yml" in each.files]
    assert len(nodes) == 4
    for node in nodes:
        assert node.files[f"{folder}/opensearch.yml"] == "opensearch/opensearch.yml"
        users = node.files[f"{folder}/opensearch-security/internal_users.yml"]
        # None of the image's own, whose passwords everybody knows.
        assert load(users).keys() == {"_meta"}
        for name, value in settings.items():
            if name.endswith("_filepath"):
                assert node.files[f"{folder}/{value}"] == f"secrets/{value.partition('/')[2]}"
    names = set(settings["cluster.initial_cluster_manager_nodes"])
    assert names == NODES["compose.yaml"]


@pytest.mark.slow
def test_the_certificate_of_nodes_fits_their_names(
    server: Callable[[str], ssl.SSLContext], client: ssl.SSLContext
) -> None:
    (seed,) = load("opensearch/opensearch.yml")["discovery.seed_hosts"]
    for host in (seed, "localhost", *NODES["compose.yaml"], *NODES["kubernetes"]):
        subject = shake_hands(client, server("node"), host)["subject"]
        assert subject == ((("commonName", "nearpaper-node"),),)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(client, server("node"), "elsewhere")
    shake_hands(client, server("proxy"), "papers.example.org")


def test_nodes_and_the_administrator_are_known_by_their_certificates(
    server: Callable[[str], ssl.SSLContext], client: ssl.SSLContext
) -> None:
    settings = load("opensearch/opensearch.yml")
    for setting, name in (("nodes_dn", "node"), ("authcz.admin_dn", "admin")):
        assert settings[f"plugins.security.{setting}"] == [f"CN=nearpaper-{name}"]
    with pytest.raises(ssl.SSLCertVerificationError):  # a client's certificate is no server's
        shake_hands(client, server("admin"), "admin")


def shake_hands(client: ssl.SSLContext, server: ssl.SSLContext, host: str) -> dict[str, Any]:
    """What a client that asks for a host is shown by a server."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(to_client, to_server, server_hostname=host)
    answering = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(10):
        done = 0
        for side in (asking, answering):
            try:
                side.do_handshake()
                done += 1
            except ssl.SSLWantReadError:
                continue
        if done == 2:
            break
    return dict(asking.getpeercert() or {})
