"""One process for all kills of a run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.conftest import FIGURES
from tests.crash.harness import Jobs


@pytest.fixture(scope="session")
def jobs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Jobs]:
    with Jobs(tmp_path_factory.mktemp("crash")) as opened:
        yield opened
        request.config.stash.setdefault(FIGURES, []).extend(opened.figures.lines())


@pytest.fixture
def strace() -> None:
    if shutil.which("strace") is None:
        pytest.skip("needs strace (Debian: apt-get install strace)")
