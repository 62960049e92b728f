"""Wheel and source distribution as people install them, apart from this checkout."""

from __future__ import annotations

import json
import os
import re
import signal
import site
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import urlopen

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

import nearpaper
from hatch_build import ROOMS, shipped
from tests.reference import OPENAPI

ROOT = Path(__file__).resolve().parents[1]
PAPERS = [
    {"id": "1", "title": "Attention and its uses", "abstract": "Of attention in translation."},
    {"id": "2", "title": "Black holes", "abstract": "A dense star's end."},
    {"id": "3", "title": "Folding of proteins", "abstract": "How proteins fold."},
]
TRAP = "raise ImportError('nearpaper took the file of a user')\n"


class Installed(NamedTuple):
    """A wheel in an environment of its own, and a user's folder to work in."""

    programs: Path
    work: Path
    environment: dict[str, str]

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.programs / program, *arguments],
            cwd=self.work,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def printed(self, program: str, *arguments: str) -> str:
        done = self.run(program, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout


def built(kind: str, project: Path, folder: Path) -> Path:
    """What `python -m build` makes of a project."""
    done = subprocess.run(
        [sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", folder, project],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.iterdir()
    return path


def environment_with(wheel: Path, home: Path, *, needed: bool) -> Path:
    """A new environment with the wheel, and with what it needs or without; its programs."""
    venv.create(home, with_pip=False)
    if needed:
        (packages,) = home.glob("lib/python*/site-packages")
        # Where this run's packages are. The checkout, there by a .pth file, isn't read from here.
        (packages / "needed.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    command = [sys.executable, "-m", "pip", "--python", str(home), "install", "--quiet"]
    subprocess.run([*command, "--no-deps", "--no-index", wheel], check=True, capture_output=True)
    return home / "bin"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Beside files of the user that are named like ours; an index in ``here``."""
    home = tmp_path_factory.mktemp("installed")
    programs = environment_with(wheel, home / "venv", needed=True)
    work = home / "work"
    (work / "api").mkdir(parents=True)
    for trap in ("search.py", "indexer.py", "api/__init__.py"):
        (work / trap).write_text(TRAP)
    (work / "a.jsonl").write_text("".join(json.dumps(paper) + "\n" for paper in PAPERS))
    environment = {**os.environ, "PYTHONPATH": str(work), "NEARPAPER_INDEX": "here"}
    made = Installed(programs, work, environment)
    made.printed("nearpaper", "index", "a.jsonl", "--model", "hashing")
    return made


@pytest.fixture(scope="module")
def address(installed: Installed) -> Iterator[str]:
    with subprocess.Popen(
        [installed.programs / "nearpaper", "serve", "--port", "0"],
        cwd=installed.work,
        env=installed.environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            line = process.stderr.readline()
            found = re.search(r"http://\S+:\d+", line)
            assert found, line
            yield found[0]
        finally:
            process.send_signal(signal.SIGINT)


def test_wheel_holds_one_package_with_all_files(wheel: Path) -> None:
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*") if path.is_file()]
    there = {
        f"nearpaper/{path.relative_to(ROOT).as_posix()}"
        for path in files
        if path.parent.name != "__pycache__"
    }
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    own = {f"nearpaper/{name}" for name in ("__init__.py", "__main__.py", "py.typed")}
    data = {f"nearpaper/{path}" for path in shipped(ROOT)}
    assert names == there | own | data
    assert {"nearpaper/data/papers.jsonl", "nearpaper/data/questions/qrels.tsv"} <= data


@pytest.mark.slow
def test_the_source_distribution_has_what_make_needs_and_makes_the_same_wheel(
    wheel: Path, tmp_path: Path
) -> None:
    with tarfile.open(built("sdist", ROOT, tmp_path / "sdist")) as archive:
        # Python 3.11.2 has no `filter=`.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(tmp_path / "sources")  # noqa: S202 - of our own making
    (project,) = (tmp_path / "sources").iterdir()
    for needed in ("Makefile", "constraints.txt", "data/papers.jsonl", ".ci/run"):
        assert (project / needed).is_file(), needed
    again = built("wheel", project, tmp_path / "again")
    assert again.read_bytes() == wheel.read_bytes()


@pytest.mark.slow
def test_files_of_a_user_are_left_alone(installed: Installed) -> None:
    for name in ("search", "indexer", "api"):
        done = installed.run("python", "-c", f"import {name}")
        assert TRAP.split("'")[1] in done.stderr, name
    place = installed.printed("python", "-c", "import nearpaper; print(nearpaper.__file__)")
    assert Path(place.strip()).is_relative_to(installed.programs.parent)


def test_commands_work(installed: Installed) -> None:
    assert "Black holes" in installed.printed("nearpaper", "search", "black holes")
    assert '"papers": 3' in installed.printed("nearpaper", "info")
    version = f"nearpaper {nearpaper.__version__}\n"
    assert installed.printed("nearpaper", "--version") == version
    assert installed.printed("python", "-m", "nearpaper", "--version") == version


def test_the_sample_collection_comes_along(installed: Installed) -> None:
    choices = ("--model", "hashing", "--mode", "lexical")
    score = json.loads(installed.printed("nearpaper", "evaluate", *choices))
    assert (score["collection"], score["questions"], score["missing"]) == ("sample", 30, 0)


@pytest.mark.slow  # starts a cluster
def test_actors_find_the_package(installed: Installed) -> None:
    pytest.importorskip("ray", reason="needs the extra ray")
    there = ["--index", "on-ray", "--model", "hashing", "--ray", "local"]
    done = installed.run("nearpaper", "index", "a.jsonl", *there)
    assert done.returncode == 0, done.stderr
    assert "3 added" in done.stderr


def test_a_catalog_of_version_1_is_migrated(installed: Installed) -> None:
    old = ROOT / "tests" / "indexer" / "local" / "catalog" / "catalog_v1.sql"
    script = (
        "import sqlite3; from nearpaper.indexer.local.catalog import migrations\n"
        f"old = open({str(old)!r}).read()\n"
        "catalog = sqlite3.connect(':memory:'); catalog.executescript(old)\n"
        "(version,) = catalog.execute('PRAGMA user_version').fetchone()\n"
        "migrations.migrate(catalog, version)\n"
        "print(version, *catalog.execute('PRAGMA user_version').fetchone(), migrations.latest())"
    )
    before, after, latest = map(int, installed.printed("python", "-c", script).split())
    assert before == 1
    assert after == latest > 1


def test_a_program_imports_one_name(installed: Installed) -> None:
    script = (
        "import sys; from nearpaper import Engine, UsageError\n"
        "with Engine.open('here') as engine: print(engine.search('proteins').results[0].paper.id)\n"
        "print(*sys.modules.keys() & {'indexer', 'search', 'api'}, Engine.__module__.split('.')[0])"
    )
    assert installed.printed("python", "-c", script).splitlines() == ["3", "nearpaper"]


def read(address: str) -> str:
    with urlopen(address) as answer:  # noqa: S310 - ours
        return str(answer.read().decode())


@pytest.mark.slow
def test_the_server_answers(address: str) -> None:
    assert "Black holes" in read(f"{address}/?q=black+holes")
    answer = json.loads(read(f"{address}/api/v1/search?q=black+holes"))
    assert answer["results"][0]["id"] == "2"
    assert "body" in read(f"{address}/static/style.css")
    assert "<html" in read(f"{address}/docs")


@pytest.mark.slow
def test_the_description_of_the_api_names_no_module(address: str) -> None:
    assert json.loads(read(f"{address}/openapi.json")) == json.loads(OPENAPI.read_text("utf-8"))


@pytest.mark.slow
def test_agents_are_answered(installed: Installed) -> None:
    server = StdioServerParameters(
        command=str(installed.programs / "nearpaper"),
        args=["mcp"],
        env=installed.environment,
        cwd=installed.work,
    )

    async def tools() -> Any:
        async with Client(stdio_client(server)) as client:
            return (await client.list_tools()).tools

    assert {tool.name for tool in anyio.run(tools)} >= {"search_papers", "similar_papers"}


@pytest.mark.slow
def test_the_map_is_drawn(installed: Installed) -> None:
    installed.printed("nearpaper", "map", "--output", "map.html")
    assert "Black holes" in (installed.work / "map.html").read_text("utf-8")


@pytest.mark.slow
def test_type_checkers_see_the_real_types(wheel: Path, tmp_path: Path) -> None:
    # Without what the wheel needs: mypy would read all of it, and no public type is made of it.
    programs = environment_with(wheel, tmp_path / "venv", needed=False)
    (tmp_path / "theirs.py").write_text(
        "import nearpaper\nfrom nearpaper import Engine, UsageError\n"
        "reveal_type(Engine.open)\nreveal_type(UsageError.exit_code)\n"
        "reveal_type(nearpaper.__version__)\nnearpaper.Engin\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable"]
    done = subprocess.run(
        [*command, programs / "python", "--no-error-summary", "--cache-dir", "cache", "theirs.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line.partition(": ")[2] for line in done.stdout.splitlines()]
    assert len(said) == 4, done.stdout
    assert said[0].endswith('-> nearpaper.search.engine.Engine"')
    assert said[1] == 'note: Revealed type is "int"'
    assert said[2] == 'note: Revealed type is "str"'
    assert said[3].startswith('error: Module has no attribute "Engin"')
