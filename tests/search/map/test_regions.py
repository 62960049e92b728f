from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from search.map.regions import LEVELS, find_regions, terms_of

TOPICS = {
    "Protein folding": (0.1, 0.1),
    "Speech recognition": (0.9, 0.1),
    "Graph kernels": (0.1, 0.9),
    "Black holes": (0.9, 0.9),
}
ADDED = ["A Study of {} with Models", "On {}", "Towards Better {} by Models", "{} for Everyone"]


def heaps(each: int) -> tuple[NDArray[np.float64], list[str]]:
    """Places around four corners, and titles on a topic at each."""
    random = np.random.default_rng(0)
    places = np.repeat(np.array([*TOPICS.values()]), each, axis=0)
    titles = [ADDED[k % len(ADDED)].format(topic) for topic in TOPICS for k in range(each)]
    return places + random.normal(scale=0.03, size=places.shape), titles


def test_regions_are_named_by_the_words_of_their_titles() -> None:
    places, titles = heaps(12)
    (level,) = find_regions(places, titles)
    assert sum(region.papers for region in level) == len(titles)
    assert {region.name for region in level} == {*TOPICS}
    for region in level:
        x, y = TOPICS[region.name]
        assert np.hypot(region.x - x, region.y - y) < 0.1


def test_from_nearer_there_are_more_and_no_two_have_one_name() -> None:
    random = np.random.default_rng(1)
    places = random.random((2_000, 2))
    words = [f"topic{int(x * 8)}x{int(y * 8)}" for x, y in places]
    titles = [f"Models of {word}" for word in words]
    levels = find_regions(places, titles)
    assert [len(level) for level in levels] == sorted(len(level) for level in levels)
    assert len(levels[0]) <= LEVELS[0] < len(levels[-1])
    for level in levels:
        names = [region.name for region in level]
        assert len(names) == len({*names})
        assert "Models" not in " ".join(names)
    assert find_regions(places, titles) == levels


@pytest.mark.parametrize("count", [0, 1, 5])
def test_few_papers_have_no_regions(count: int) -> None:
    assert find_regions(np.zeros((count, 2)), ["On graphs"] * count) == ()


def test_titles_without_words_have_no_regions_with_names() -> None:
    levels = find_regions(np.random.default_rng(0).random((60, 2)), ["", "?!", "42"] * 20)
    assert not any(levels)


def test_terms_are_words_and_pairs_as_they_are_written() -> None:
    terms = terms_of("Scaling LLMs: State-Space Models and the Erdős–Rényi Graph")
    assert terms["llm"] == "LLMs"
    assert terms["scaling llm"] == "Scaling LLMs"
    assert terms["state-space model"] == "State-Space Models"
    assert terms["renyi"] == "Rényi"
    assert not {"llm state-space", "model graph", "and", "the"} & terms.keys()
