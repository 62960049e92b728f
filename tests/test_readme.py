"""What the README and the notebook show works as it is written there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import nbformat
import pytest
from nbclient import NotebookClient

from indexer.pipeline import add

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> list[list[str]]:
    lines = "\n".join(blocks("sh")).splitlines()
    shown = re.findall(r"^\$ (.+)$", "\n".join(blocks("console")), re.MULTILINE)
    return [shlex.split(line, comments=True) for line in [*lines, *shown] if line.strip()]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample papers, as a checkout has them, and their index."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "data").mkdir()
    (folder / "docs").mkdir()
    shutil.copy(ROOT / "data" / "papers.jsonl", folder / "data")
    # What `make demo` leaves behind.
    add(folder / "data" / "index", [str(folder / "data" / "papers.jsonl")])
    return folder


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "NEARPAPER_INDEX"}
    return kept | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


def test_commands_of_the_readme_run_in_their_order(
    checkout: Path, environment: dict[str, str]
) -> None:
    ran = [line for line in commands() if line[0] == "nearpaper" and line[1] != "serve"]
    assert len(ran) >= 7
    for command in ran:
        done = subprocess.run(
            command, cwd=checkout, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (command, done.stderr)
        assert done.stdout or command[1] == "index", command


def test_serve_answers_where_the_readme_says(checkout: Path, environment: dict[str, str]) -> None:
    address = re.search(r"<(http://127\.0\.0\.1:\d+)>", README)
    assert address
    with subprocess.Popen(
        ["nearpaper", "serve"], cwd=checkout, env=environment, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stderr is not None
            for line in server.stderr:
                if "in use" in line:
                    pytest.skip("another program answers on the port that the README names")
                if address[1] in line:
                    break
            for path in ("/", "/docs", "/api/v1/search?q=attention"):
                with urlopen(address[1] + path) as answer:  # noqa: S310
                    assert answer.status == 200, path
        finally:
            server.send_signal(signal.SIGINT)


def test_python_of_the_readme_runs(checkout: Path, environment: dict[str, str]) -> None:
    (code,) = blocks("python")
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(done.stdout.splitlines()) == 3


def test_notebook_runs(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARPAPER_INDEX", str(checkout / "data" / "index"))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    notebook = nbformat.read(ROOT / "docs" / "quickstart.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    printed = "".join(
        output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", [])
    )
    assert "Attention" in printed


def test_make_targets_of_the_readme_exist() -> None:
    targets = [command[1] for command in commands() if command[0] == "make"]
    assert targets == ["demo", "test"]
    for target in targets:
        subprocess.run(["make", "-n", target], cwd=ROOT, check=True, capture_output=True)


def test_make_demo_answers(tmp_path: Path, environment: dict[str, str]) -> None:
    if not (ROOT / ".venv" / "installed").exists():
        pytest.skip("not run through `make test`, so .venv may not be what make installs")
    done = subprocess.run(
        ["make", "demo", f"DEMO_INDEX={tmp_path / 'index'}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Attention Is All You Need" in done.stdout
    assert "nearpaper serve" in done.stdout


def test_links_of_the_readme_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!http)([^)]+)\)", README):
        assert (ROOT / target).exists(), target
