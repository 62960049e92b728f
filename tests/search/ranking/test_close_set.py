"""Which papers are close: beside a slow reference, and where one paper stands out."""

from __future__ import annotations

from statistics import fmean

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from indexer.snapshot import Hits
from search.ranking.close_set import CLOSE, NEAR, close_set


def hits(scores: list[float]) -> Hits:
    """Papers 0, 1, … with these scores, best first."""
    keys = np.argsort(-np.array(scores), kind="stable")
    return keys.astype(np.int64), np.array(scores)[keys].astype(np.float32)


def best_three(scores: list[float]) -> float:
    return fmean(sorted(scores)[-3:])


@given(
    papers=st.lists(st.tuples(*[st.integers(1, 100)] * 3), min_size=1, max_size=12),
    holder=st.integers(0, 11),
)
def test_close_papers_score_well_and_are_near_or_hold_all_words(
    papers: list[tuple[int, int, int]], holder: int
) -> None:
    mixed, cosines, words = ([float(one) / 100 for one in leg] for leg in zip(*papers, strict=True))
    enough = CLOSE * best_three(mixed)
    assume(all(abs(one - enough) > 1e-5 for one in mixed))  # or rounding to float32 decides
    found = close_set(hits(mixed), hits(cosines), hits(words), np.array([holder]))
    near = [one + (share / max(words)) ** 2 / 4 for one, share in zip(cosines, words, strict=True)]
    scoring = [place for place, one in enumerate(mixed) if one >= enough]
    least = NEAR * best_three([near[place] for place in scoring])
    assert {place for place in scoring if near[place] >= least + 1e-5} <= set(found.tolist())
    assert set(found.tolist()) <= {
        place for place in scoring if near[place] >= least - 1e-5 or place == holder
    }
    assert (holder in found) == (holder in scoring)


def test_the_paper_that_was_pasted_does_not_part_the_others() -> None:
    scores, words = [0.95, *[0.55] * 9], [1.0, *[0.3] * 9]
    found = close_set(hits(scores), hits(scores), hits(words), np.array([], np.int64))
    assert len(found) == 10
