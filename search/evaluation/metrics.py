"""How good rankings are, and whether one way of ranking is truly better than another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
"""``(n,)``: one value for each of ``n`` questions."""

MEASURES = {
    "ndcg@10": "ndcg_cut_10",
    "recall@5": "recall_5",
    "recall@20": "recall_20",
    "recall@100": "recall_100",
    "mrr": "recip_rank",
}
"""Names of the measures, and what trec_eval calls them."""
DEPTH = 100
"""How far down a ranking the measures look; for the reciprocal rank it is as good as any."""

RESAMPLES = 10_000
_SEED = 20060806
_ROUNDING = 1e-12
"""Of the largest value; what values differ by that are the same."""
_BLOCK = 1 << 20
"""Numbers drawn at a time, so that memory stays bounded with many questions."""


def measure(
    rankings: Sequence[Sequence[str]], grades: Sequence[Mapping[str, int]]
) -> dict[str, Values]:
    """The values of :data:`MEASURES` for ``n`` questions, computed by trec_eval.

    nDCG takes a paper's grade as its gain and ``log2(rank + 1)`` as the discount; for the others
    every grade above 0 is relevant. What isn't judged counts as not relevant.

    Args:
        rankings: For each question the ids of papers, best first, none twice.
        grades: For each question the grades of its judged papers; one must be above 0.
    """
    import pytrec_eval

    judged = {str(number): dict(of_one) for number, of_one in enumerate(grades)}
    # Places as scores, since trec_eval sorts equal scores by id.
    run = {
        str(number): {id: -float(place) for place, id in enumerate(ranking)}
        for number, ranking in enumerate(rankings)
    }
    found = pytrec_eval.RelevanceEvaluator(judged, set(MEASURES.values())).evaluate(run)
    return {
        name: np.array([found[str(number)][theirs] for number in range(len(grades))], np.float64)
        for name, theirs in MEASURES.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How much better one way of ranking is than another over the same questions.

    Attributes:
        difference: Mean over the questions; positive where the first is better.
        low: Lower end of the 95 % interval of the difference.
        high: Upper end.
        p: How often chance alone would make a difference this clear, in either direction.
    """

    difference: float
    low: float
    high: float
    p: float


def paired_bootstrap(first: Values, second: Values, resamples: int = RESAMPLES) -> Comparison:
    """Compare ``(n,)`` values of the same questions by resampling the questions.

    The interval is the percentile interval of the mean difference (Efron and Tibshirani, *An
    Introduction to the Bootstrap*, 1993, chapter 13). ``p`` is the achieved significance level of
    the two-sided test on studentised means (Sakai, *Evaluating evaluation metrics based on the
    bootstrap*, SIGIR 2006, figure 1), with one added to both counts so that it is never 0. Where
    all differences are the same, such as 0, or there is one question only, ``p`` is 1: there is
    nothing to tell chance by. The draws are the same in every run.
    """
    return macro_bootstrap([first - second], resamples)


def macro_bootstrap(differences: Sequence[Values], resamples: int = RESAMPLES) -> Comparison:
    """The same for the mean over collections, each of which counts the same.

    The questions of each are resampled among themselves (Efron and Tibshirani, chapter 8: several
    samples), since another draw of questions would leave the collections as they are.

    Args:
        differences: Of each collection, ``(n,)`` for its ``n`` questions.
        resamples: How often questions are drawn.
    """
    generator = np.random.default_rng(_SEED)
    means, variances = np.zeros(resamples), np.zeros(resamples)
    for values in differences:
        drawn, spreads = _resampled(values, resamples, generator)
        means += drawn / len(differences)
        variances += spreads**2 / len(values)
    observed = fmean(float(values.mean()) for values in differences)
    spread = np.sqrt(sum(_spread(values) ** 2 / len(values) for values in differences))
    low, high = np.quantile(means, (0.025, 0.975))
    # |t of the shifted resample| >= |t observed|, multiplied out since a spread may be 0.
    as_clear = np.abs(means - observed) * spread >= abs(observed) * np.sqrt(variances)
    p = (1 + int(as_clear.sum())) / (1 + resamples)
    return Comparison(difference=observed, low=float(low), high=float(high), p=p)


def _resampled(
    values: Values, resamples: int, generator: np.random.Generator
) -> tuple[Values, Values]:
    """Mean and standard deviation of each of ``(resamples,)`` draws of ``n`` out of ``n``."""
    count = len(values)
    block = max(1, _BLOCK // count)
    means, spreads = np.empty(resamples), np.empty(resamples)
    for start in range(0, resamples, block):
        stop = min(start + block, resamples)
        drawn = values[generator.integers(0, count, (stop - start, count))]
        means[start:stop], spreads[start:stop] = drawn.mean(axis=1), _spread(drawn)
    return means, spreads


def _spread(values: Values) -> Values:
    """``(...,)`` standard deviations of ``(..., n)`` values: 0 where these differ by rounding."""
    spreads = values.std(axis=-1)
    return np.where(spreads > _ROUNDING * np.abs(values).max(axis=-1), spreads, 0.0)
