"""Whether anything is close to what was asked, by words alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from indexer.memory.store import MemoryStore
from search.engine import Engine


@pytest.fixture(scope="module")
def engine(sample_store: MemoryStore) -> Iterator[Engine]:
    with Engine.open(sample_store) as opened:
        yield opened


@pytest.mark.parametrize(
    ("text", "far"), [("language models", False), ("", False), ("zebra quokka wombat", True)]
)
def test_by_words_alone_a_text_beside_a_paper_is_far_if_no_paper_holds_its_words(
    engine: Engine, text: str, far: bool
) -> None:
    answer = engine.similar("1706.03762", text=text, mode="lexical")
    assert len(answer) > 0
    assert answer.far == far
    assert (answer.close == 0) == far
    assert any("is close to this question" in warning for warning in answer.warnings) == far
