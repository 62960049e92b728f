"""Papers of the catalog that aren't what was written, as far as anything else tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from indexer.local.catalog.rows import Block
from indexer.local.segments.column_writer import NUMBERS, STORED
from indexer.local.segments.columns import RETRACTED, Positions
from indexer.local.segments.generation import Generation
from indexer.models.recipe import document_text
from indexer.papers.paper import text_hash

VECTOR = "vector"
_NUMBERS = {"dates": "date", "upvotes": "number of upvotes", RETRACTED: "retraction"}
"""What columns hold, for people."""


def altered(
    block: Block, generation: Generation, positions: Positions
) -> Iterator[tuple[str, str]]:
    """Names of what papers have otherwise than it was written, each with the paper's id.

    Texts are compared with their hashes; what is in the search indexes, with these.

    Args:
        block: Of the catalog.
        generation: Of the search indexes.
        positions: ``(n,)`` where the block's papers stand there.
    """
    vectors = (generation.vectors(positions) != block.vectors).any(axis=1)
    fields = _fields(block, generation, positions)
    for place, (paper, written) in enumerate(zip(block.papers, block.text_hashes, strict=True)):
        texts = ["text"] if text_hash(document_text(paper)) != written else []
        # A text that isn't what was written has no vector to be compared.
        own = [VECTOR] if vectors[place] and not texts else []
        yield from ((paper.id, name) for name in (*texts, *fields[place], *own))


def _fields(
    block: Block, generation: Generation, positions: Positions
) -> defaultdict[int, list[str]]:
    """By places in the block, what papers have otherwise than in the columns."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for column, name in _NUMBERS.items():
        numbers = np.array([NUMBERS[column].of(paper) for paper in block.papers])
        for place in np.flatnonzero(generation.column(column, positions) != numbers).tolist():
            found[place].append(name)
    for name, field in STORED.items():
        held = generation.values_at(name, positions)
        for place, (paper, values) in enumerate(zip(block.papers, held, strict=True)):
            if tuple(dict.fromkeys(field.values_of(paper))) != values:
                found[place].append(name)
    return found
