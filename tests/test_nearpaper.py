"""The one name that other programs import, in a checkout; `test_wheel.py` asks the wheel."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module, metadata
from pathlib import Path

import pytest

import nearpaper
from indexer import errors
from indexer.papers.paper import Paper
from indexer.version import version
from search.answer.answer import Answer
from search.answer.result import Result
from search.engine import Engine
from search.options import SearchOptions
from search.query.filters import Filters

ROOT = Path(__file__).resolve().parents[1]


def test_names_are_those_of_the_folders() -> None:
    raised = {
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.NearpaperError)
    }
    classes = {
        kind.__name__: kind for kind in (Answer, Engine, Filters, Paper, Result, SearchOptions)
    }
    faces = {name: getattr(nearpaper, name) for name in nearpaper.__all__}
    assert faces == {**raised, **classes, "__version__": version()}
    assert version() == metadata.version("nearpaper")


def test_it_lists_what_it_has() -> None:
    assert dir(nearpaper) == sorted(nearpaper.__all__)
    given: dict[str, object] = {}
    exec("from nearpaper import *", given)  # noqa: S102 - what users write
    assert given.keys() - {"__builtins__"} == set(nearpaper.__all__)


@pytest.mark.parametrize("module", ["nearpaper", "search"])
def test_another_name_is_missing(module: str) -> None:
    with pytest.raises(ImportError, match=f"cannot import name 'Engin' from '{module}'"):
        exec(f"from {module} import Engin")  # noqa: S102
    with pytest.raises(AttributeError, match=f"module '{module}' has no attribute 'Engin'"):
        getattr(import_module(module), "Engin")  # noqa: B009 - which mypy knows is missing


def test_nothing_is_loaded_before_it_is_asked_for() -> None:
    script = (
        "import sys; before = set(sys.modules); import nearpaper; dir(nearpaper)\n"
        "print(*set(sys.modules) - before - {'typing', '__future__'})\n"
        "nearpaper.UsageError, nearpaper.__version__\n"
        "print(*sys.modules.keys() & {'search', 'api', 'numpy', 'faiss'})"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )
    first, second = done.stdout.splitlines()
    assert "nearpaper" in first.split()
    assert not {"indexer", "search", "api", "numpy"} & set(first.split())
    assert not second


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nearpaper", "--version"],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.stdout == f"nearpaper {version()}\n"
