"""Models compared over the same questions: each with the first, by the same mode."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from search.evaluation.evaluate import Score, macro
from search.evaluation.metrics import MEASURES, Comparison, macro_bootstrap
from search.options import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A score beside that of the first model.

    Attributes:
        score: See there.
        first: Of the first model on the same collection, by the same mode; ``None`` if it is that.
        by: How much better the score is, by the names of
            :data:`~search.evaluation.metrics.MEASURES`; empty without a first one.
    """

    score: Score
    first: Score | None
    by: Mapping[str, Comparison]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall:
    """The same of means over several collections, each of which counts the same."""

    model: str
    mode: Mode
    means: Mapping[str, float]
    first: Overall | None
    by: Mapping[str, Comparison]


def side_by_side(scores: Iterable[Score]) -> Iterator[Compared]:
    """Each score as it comes, compared.

    They come in the order of :func:`~search.evaluation.evaluate.evaluate`: on each collection, the
    first model is measured first.
    """
    model = ""
    firsts: dict[Mode, Score] = {}
    for score in scores:
        model = model or score.model
        if score.model == model:
            firsts[score.mode] = score
            yield Compared(score=score, first=None, by={})
        else:
            first = firsts[score.mode]
            yield Compared(score=score, first=first, by=_differences([(first, score)]))


def overall(compared: Sequence[Compared]) -> list[Overall]:
    """By model and mode, over all collections."""
    firsts: dict[Mode, Overall] = {}
    found = []
    for (model, mode), means in macro([one.score for one in compared]).items():
        pairs = [
            (one.first, one.score)
            for one in compared
            if one.first and (one.score.model, one.score.mode) == (model, mode)
        ]
        first = firsts[mode] if pairs else None
        by = _differences(pairs) if pairs else {}
        found.append(Overall(model=model, mode=mode, means=means, first=first, by=by))
        firsts.setdefault(mode, found[-1])
    return found


def has_several(compared: Sequence[Compared]) -> bool:
    """Whether there is more than one collection; two may have the same name."""
    return len(compared) > len({(one.score.model, one.score.mode) for one in compared})


def _differences(pairs: Sequence[tuple[Score, Score]]) -> dict[str, Comparison]:
    """Of the second from the first, over one collection or several."""
    return {
        name: macro_bootstrap([second.values[name] - first.values[name] for first, second in pairs])
        for name in MEASURES
    }
