"""Small indexes on the cluster, and the command."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.cli import run
from indexer.opensearch.address import Address
from tests.cluster.saying import SECRETS, Said, indexing
from tests.cluster.stores import new_address, remove_all

Hosts = tuple[tuple[str, int], ...]
Command = Callable[[list[str], Address], Said]


@pytest.fixture(scope="module")
def address(hosts: Hosts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """Three papers that nobody changes."""
    made = new_address(hosts)
    assert run([*indexing(tmp_path_factory.mktemp("papers"), 3), "--index", str(made)]) == 0
    yield made
    remove_all(made)


@pytest.fixture
def own(hosts: Hosts, tmp_path: Path) -> Iterator[Address]:
    """Three papers that one test may change."""
    made = new_address(hosts)
    assert run([*indexing(tmp_path, 3), "--index", str(made)]) == 0
    yield made
    remove_all(made)


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Command:
    """Runs a command on an index; nothing that it says anywhere holds a secret."""
    caplog.set_level(logging.DEBUG)

    def carry_out(arguments: list[str], address: Address) -> Said:
        capfd.readouterr()
        code = run([*arguments, "--index", str(address)])
        said = Said(code, *capfd.readouterr())
        for told in (said.out, said.err, caplog.text):
            assert not [secret for secret in SECRETS if secret in told]
        return said

    return carry_out
