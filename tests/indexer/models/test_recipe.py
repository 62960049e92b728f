from __future__ import annotations

import numpy as np

from indexer.models.hashing import HashingEmbedder
from indexer.models.recipe import TITLE_WEIGHT, document_text, embed
from indexer.papers.paper import Paper


def test_the_title_counts_more_than_its_share_of_words() -> None:
    embedder = HashingEmbedder()
    paper = Paper(id="1", title="grokking", abstract="many words about quite other things " * 9)
    text = document_text(paper)
    whole, title = embedder.encode_documents([text, paper.title]).vectors
    expected = (1 - TITLE_WEIGHT) * whole + TITLE_WEIGHT * title
    expected /= np.linalg.norm(expected)

    found = embed(embedder, [text]).vectors[0]

    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert found @ title > whole @ title


def test_a_text_of_one_line_is_embedded_as_it_is() -> None:
    embedder = HashingEmbedder()
    texts = [
        document_text(Paper(id="1", title="only a title")),
        document_text(Paper(id="2", title="", abstract="only an abstract")),
    ]
    assert texts == ["only a title", "only an abstract"]
    np.testing.assert_array_equal(
        embed(embedder, texts).vectors, embedder.encode_documents(texts).vectors
    )


def test_the_order_is_kept_among_both_kinds() -> None:
    embedder = HashingEmbedder()
    texts = ["a\nb c d", "e", "f\ng h"]
    together = embed(embedder, texts).vectors
    for place, text in enumerate(texts):
        np.testing.assert_allclose(together[place], embed(embedder, [text]).vectors[0], atol=1e-6)
