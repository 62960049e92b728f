"""Wheel and source distribution as people install them, apart from this checkout."""

from __future__ import annotations

import site
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("*.whl")
    return path


def test_wheel_holds_the_three_rooms_and_their_files(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if "dist-info" not in name} == {
        "indexer",
        "search",
        "api",
    }
    for needed in (
        "indexer/migrations/0001_papers.sql",
        "search/py.typed",
        "api/pages/",
        "api/digest/letter.html",
    ):
        assert any(name.startswith(needed) for name in names), needed


def test_what_the_makefile_needs_is_in_the_source_distribution(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", tmp_path, ROOT],
        check=True,
        capture_output=True,
    )
    (path,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"Makefile", "constraints.txt", "data/papers.jsonl", ".ci/run"} <= names


def test_a_folder_with_a_search_of_its_own_is_no_trap(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=False)
    (packages,) = home.glob("lib/python*/site-packages")
    # The packages that nearpaper needs, but not the checkout, which is there by a .pth file.
    (packages / "needed.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            home,
            "install",
            "--no-deps",
            "--no-index",
            wheel,
        ],
        check=True,
        capture_output=True,
    )
    work = tmp_path / "work"
    (work / "search").mkdir(parents=True)
    (work / "search" / "__init__.py").write_text("raise ImportError('the wrong search')\n")
    (work / "a.jsonl").write_text('{"id": "1", "title": "one paper"}\n')
    nearpaper = home / "bin" / "nearpaper"
    index = ["--index", "here"]
    subprocess.run(
        [nearpaper, "index", "a.jsonl", "--model", "hashing", *index],
        cwd=work,
        check=True,
        capture_output=True,
    )
    found = subprocess.run(
        [nearpaper, "search", "paper", *index], cwd=work, check=True, capture_output=True, text=True
    )
    assert "one paper" in found.stdout
