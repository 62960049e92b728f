"""One process for all kills of a run, whose figures stand at the end of the report."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.crash.harness import Jobs

FIGURES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def jobs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Jobs]:
    with Jobs(tmp_path_factory.mktemp("crash")) as opened:
        yield opened
        request.config.stash.setdefault(FIGURES, []).extend(opened.figures.lines())


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> list[str]:
    """Lines for the end of the report."""
    return request.config.stash.setdefault(FIGURES, [])


@pytest.fixture
def strace() -> None:
    if shutil.which("strace") is None:
        pytest.skip("needs strace (Debian: apt-get install strace)")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for line in config.stash.get(FIGURES, []):
        terminalreporter.write_line(line)
