"""A machine without torch: from a copied model folder to an answer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.models.embedder import DEFAULT_MODEL
from indexer.models.hub import find_model
from tests.indexer.models.tiny_models import sentence_transformer

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT / "../shared/models"
QUESTION = "generalisation beyond overfitting on small algorithmic datasets"

BLOCKED = """
import sys

for name in ("torch", "transformers", "sentence_transformers"):
    sys.modules[name] = None
from nearpaper import main

sys.exit(main())
"""


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command in a process that has neither torch nor what needs it, nor any converted model."""
    environment = os.environ | {"NEARPAPER_CACHE": str(tmp_path / "cache")}
    return subprocess.run(
        [sys.executable, "-c", BLOCKED, *arguments, "--index", str(tmp_path / "index")],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def index_and_ask(tmp_path: Path, *model: str) -> str:
    """What is found first among some papers that ship with the project."""
    lines = (ROOT / "data/papers.jsonl").read_text(encoding="utf-8").splitlines()
    lines.sort(key=lambda line: "2201.02177" not in line)
    source = tmp_path / "papers.jsonl"
    source.write_text("\n".join(lines[:12]), encoding="utf-8")
    indexed = run(tmp_path, "index", str(source), *model)
    assert indexed.returncode == 0, indexed.stderr
    asked = run(tmp_path, "search", QUESTION, "--limit", "1", "--table")
    assert asked.returncode == 0, asked.stderr
    assert "warning" not in asked.stderr
    return asked.stdout


@pytest.mark.slow
def test_the_default_model(tmp_path: Path) -> None:
    assert "2201.02177" in index_and_ask(tmp_path)


@pytest.mark.parametrize(
    "name",
    ["tiny", pytest.param("e5-small-v2", marks=[pytest.mark.slow, pytest.mark.shared])],
)
def test_a_copied_folder(name: str, make_base: Callable[..., Path], tmp_path: Path) -> None:
    made = SHARED / name
    if name == "tiny":
        made = sentence_transformer(tmp_path / "made", make_base("BERT"))
    elif not made.exists():
        pytest.skip("../shared/models is not there")
    folder = shutil.copytree(made, tmp_path / "copied")
    answer = index_and_ask(tmp_path, "--model", str(folder))
    assert "2201.02177" in answer or name == "tiny"


def test_another_architecture_says_what_it_needs(
    make_base: Callable[..., Path], tmp_path: Path
) -> None:
    folder = sentence_transformer(tmp_path / "made", make_base("MPNet"))
    refused = run(tmp_path, "index", "data/papers.jsonl", "--model", str(folder))
    assert refused.returncode != 0
    assert len(refused.stderr.splitlines()) == 1
    assert "needs PyTorch" in refused.stderr
    assert "pip install sentence-transformers" in refused.stderr


@pytest.mark.slow
def test_a_model_that_was_made_elsewhere_needs_no_torch_any_more(
    make_base: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from indexer.models.load import load_embedder

    folder = sentence_transformer(tmp_path / "made", make_base("MPNet"))
    with monkeypatch.context() as patch:
        patch.setenv("NEARPAPER_CACHE", str(tmp_path / "cache"))
        assert load_embedder(str(folder)).model.runtime == "openvino"
    assert index_and_ask(tmp_path, "--model", str(folder))


@pytest.mark.slow
def test_the_default_model_is_made_without_torch_where_there_is_one(tmp_path: Path) -> None:
    code = (
        "import sys; from indexer.models.load import load_embedder; load_embedder();"
        "print(sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))"
    )
    made = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"NEARPAPER_CACHE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert made.stdout.strip() == "[]"
    assert find_model(DEFAULT_MODEL).path.is_dir()
