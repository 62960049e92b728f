from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.models.conversion.processor import prefers_int8
from indexer.models.embedder import Embedder
from indexer.models.load import load_embedder
from indexer.models.openvino_embedder import batches, streams_for

ROOT = Path(__file__).resolve().parents[3]
QUESTION = "why do networks suddenly generalise long after they overfit"

SCRIPT = """
import socket, sys, warnings
warnings.simplefilter("error")

def refuse(*args, **options):
    raise SystemExit(f"the network was asked for {args}")

socket.getaddrinfo = socket.socket.connect = refuse
from indexer.models.load import load_embedder
embedder = load_embedder(*sys.argv[2:])
vector = embedder.encode_queries([sys.argv[1]])[0]
heavy = sorted({"torch", "transformers", "sentence_transformers", "faiss"} & set(sys.modules))
print(vector.tobytes().hex(), *heavy)
"""


AT_ONCE = """
import sys, threading
from indexer.models.load import load_embedder

embedder = load_embedder()
sys.setswitchinterval(1e-6)
start = threading.Barrier(8)

def ask(number):
    start.wait()
    embedder.encode_queries([f"question {number}"])[0]

threads = [threading.Thread(target=ask, args=(number,), daemon=True) for number in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def cold(home: Path, cache: Path, *name: str) -> subprocess.Popen[str]:
    """A new process that answers one question, with a home folder of its own and no network."""
    environment = {key: value for key, value in os.environ.items() if key != "CI"}
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, QUESTION, *name],
        cwd=ROOT,
        env=environment | {"HOME": str(home), "NEARPAPER_CACHE": str(cache)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_cold_process_needs_no_torch_no_network_and_no_home(
    default_embedder: Embedder, model_cache: Path, tmp_path: Path
) -> None:
    process = cold(tmp_path, model_cache)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    vector, *heavy = output.split()
    assert heavy == []
    assert vector == default_embedder.encode_queries([QUESTION])[0].tobytes().hex()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_first_questions_of_a_process_may_come_at_once(
    default_embedder: Embedder, model_cache: Path
) -> None:
    environment = os.environ | {"NEARPAPER_CACHE": str(model_cache)}
    for _ in range(3):
        command = [sys.executable, "-c", AT_ONCE]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=60)


@pytest.mark.parametrize(("cores", "streams"), [(1, 1), (2, 2), (4, 2), (8, 2), (16, 4)])
def test_an_inference_has_half_of_few_cores_and_four_of_many(cores: int, streams: int) -> None:
    assert streams_for(cores) == streams


@pytest.mark.slow
def test_two_processes_convert_at_once(small_model: Path, tmp_path: Path) -> None:
    home, cache = tmp_path / "home", tmp_path / "cache"
    home.mkdir()
    processes = [cold(home, cache, str(small_model)) for _ in range(2)]
    outputs = [process.communicate(timeout=120) for process in processes]
    assert [errors for _, errors in outputs] == ["", ""]
    assert [process.returncode for process in processes] == [0, 0]
    assert len({output.split()[0] for output, _ in outputs}) == 1
    folders = [path for path in (cache / "models").iterdir() if path.is_dir()]
    assert len(folders) == 1 + prefers_int8()
    assert list(home.iterdir()) == []


@pytest.mark.slow
def test_a_flipped_byte_in_the_weights_is_noticed(
    small_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEARPAPER_CACHE", str(tmp_path))
    before = load_embedder(str(small_model))
    found = list(tmp_path.glob("models/*/model.bin"))
    assert found
    for weights in found:
        content = bytearray(weights.read_bytes())
        content[len(content) // 2] ^= 0x40
        # Another file, as the model that is loaded has this one mapped.
        weights.unlink()
        weights.write_bytes(content)
    after = load_embedder(str(small_model))
    assert after.model == before.model
    np.testing.assert_array_equal(
        after.encode_queries(["graphs"])[0], before.encode_queries(["graphs"])[0]
    )


@given(st.lists(st.integers(1, 600), max_size=200), st.integers(1, 5000))
def test_batches_hold_every_text_once_within_the_budget(lengths: list[int], budget: int) -> None:
    made = list(batches(lengths, budget))
    assert sorted(place for batch in made for place in batch) == list(range(len(lengths)))
    for batch in made:
        padded = len(batch) * max(lengths[place] for place in batch)
        assert padded <= budget or len(batch) == 1
