from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from indexer.models.hashing import MAX_WORDS, HashingEmbedder

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = """
from indexer.models.hashing import HashingEmbedder
print(HashingEmbedder().encode_queries(["graphs of proteins"])[0].tobytes().hex())
"""


@pytest.mark.parametrize("seed", ["1", "2"])
def test_every_process_hashes_alike(seed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    here = HashingEmbedder().encode_queries(["graphs of proteins"])[0]
    assert done.stdout.strip() == here.tobytes().hex()


def test_order_and_case_of_words_do_not_count() -> None:
    embedder = HashingEmbedder()
    one, other = (
        embedder.encode_queries(["Graphs of Proteins"])[0],
        embedder.encode_queries(["proteins, of graphs"])[0],
    )
    np.testing.assert_array_equal(one, other)


def test_the_more_words_are_shared_the_nearer() -> None:
    embedder = HashingEmbedder()
    question = embedder.encode_queries(["sparse attention for long documents"])[0]
    cosines = (
        embedder.encode_documents(
            ["sparse attention for long documents", "sparse attention in vision", "graph colouring"]
        ).vectors
        @ question
    )
    assert cosines[0] == pytest.approx(1)
    assert cosines[0] > cosines[1] > cosines[2]


def test_words_beyond_the_limit_are_not_read() -> None:
    embedder = HashingEmbedder()
    full = "word " * MAX_WORDS
    encoded = embedder.encode_documents([full, full + "other"])
    assert encoded.truncated.tolist() == [False, True]
    np.testing.assert_array_equal(encoded.vectors[0], encoded.vectors[1])
