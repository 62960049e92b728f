"""Lone questions are run by graphs of one shape once there were enough of them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.models.choice import Choice
from indexer.models.conversion import fixed_shapes
from indexer.models.conversion.fixed_shapes import AFTER, WIDTHS, FixedShapes
from indexer.models.hub import find_model
from indexer.models.load import load_openvino
from indexer.models.openvino_embedder import OpenVinoEmbedder

WORD = "graphs "


def questions() -> list[str]:
    """Of one word and more, up to more tokens than any graph takes that has one shape."""
    return [WORD * words for words in range(1, WIDTHS[-1] + 4)]


def asked(embedder: OpenVinoEmbedder) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.concatenate([embedder.encode_queries([each]) for each in questions()])


def wait_for(embedder: OpenVinoEmbedder) -> None:
    until = time.monotonic() + 60
    while not all(embedder._fixed.ready(width) for width in WIDTHS):
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.usefixtures("model_cache")
def test_the_vectors_of_questions_stay_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixed_shapes, "AFTER", 10)
    embedder = load_openvino(find_model("all-MiniLM-L6-v2"), Choice())
    before, together = asked(embedder), embedder.encode_queries(questions())
    wait_for(embedder)
    with ThreadPoolExecutor(8) as threads:
        for after in threads.map(asked, [embedder] * 8):
            np.testing.assert_array_equal(after, before)
    assert (before * together).sum(axis=1).min() > 0.9999


@given(st.tuples(*(st.integers(0, 2 * AFTER) for _ in WIDTHS)), st.randoms())
def test_each_width_is_made_ready_once_and_only_where_there_are_enough(
    counts: tuple[int, ...], random: Random
) -> None:
    asked = [width for width, count in zip(WIDTHS, counts, strict=True) for _ in range(count)]
    random.shuffle(asked)
    made = list[int]()
    with ThreadPoolExecutor(1) as threads:
        shapes = FixedShapes(made.append, threads)
        for width in asked:
            shapes.ready(width)
    assert sorted(made) == [width for width in WIDTHS if asked.count(width) >= AFTER]


def test_where_no_graph_can_be_made_any_shape_will_do() -> None:
    def refused(width: int) -> object:
        raise RuntimeError(f"no graph for {width}")

    with ThreadPoolExecutor(1) as threads:
        shapes = FixedShapes(refused, threads)
        assert [shapes.ready(WIDTHS[0]) for _ in range(3 * AFTER)] == [None] * 3 * AFTER


@given(st.integers(1, 600))
def test_only_short_texts_are_filled_up(length: int) -> None:
    with ThreadPoolExecutor(1) as threads:
        shapes = FixedShapes(lambda width: None, threads)
        width = shapes.width(length)
        assert width == length if length > WIDTHS[-1] else width in WIDTHS and width >= length
        assert shapes.ready(length) is None
