"""What the operator makes once: keys and certificates."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.deploy.files import DEPLOY


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of `deploy/` in which the certificates were made."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on the PATH")
    folder = tmp_path_factory.mktemp("prepared") / "deploy"
    # An operator's own secrets stay where they are.
    shutil.copytree(DEPLOY, folder, ignore=shutil.ignore_patterns("secrets", ".env"))
    shutil.copy(folder / ".env.example", folder / ".env")
    subprocess.run([folder / "certificates.sh", "papers.example.org"], check=True, timeout=120)
    return folder


@pytest.fixture(scope="session")
def server(prepared: Path) -> Callable[[str], ssl.SSLContext]:
    """Of a server with a certificate, by its name, that knows our authority."""

    def context(name: str) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        secrets = prepared / "secrets"
        made.load_cert_chain(secrets / f"{name}.pem", secrets / f"{name}-key.pem")
        made.load_verify_locations(secrets / "ca.pem")
        return made

    return context


@pytest.fixture(scope="session")
def client(prepared: Path) -> ssl.SSLContext:
    """Of a client that trusts our authority, as strictly as newer Pythons do."""
    made = ssl.create_default_context(cafile=prepared / "secrets" / "ca.pem")
    made.verify_flags |= ssl.VERIFY_X509_STRICT
    return made
