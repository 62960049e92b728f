"""What is far from an index: fitted over it, without judgements.

Everyday wishes and nonsense say how near an index is to what it has nothing about. What is no
nearer than :data:`DEVIATIONS` above their mean, is far.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.closeness.calibration import Calibration
from indexer.closeness.closeness import FIFTH, LOOKED_AT, Question, fifth, nearness
from indexer.errors import ModelError
from indexer.models.embedder import Embedder
from indexer.snapshot import Snapshot, Vector
from indexer.store import Store
from indexer.where import ALL

DEVIATIONS = 3
WISHES = (
    "cheap flights to Lisbon in October",
    "how to get red wine out of a carpet",
    "a recipe for sourdough bread with rye",
    "best running shoes for flat feet",
    "when to prune apple trees",
    "how to change the oil of a motorbike",
    "hotels by the sea that allow dogs",
    "what to give my grandmother for her birthday",
    "opening hours of the swimming pool",
    "easy guitar chords for campfire songs",
    "how to fold a fitted sheet",
    "vegetarian restaurants near the station",
    "rules of a penalty shoot-out",
    "knitting pattern for baby socks",
    "how to renew a passport",
    "second-hand sofa for a small flat",
    "why does my cat knead blankets",
    "beginner yoga against back pain",
    "which curtains go with a green wall",
    "how to polish silver cutlery",
    "wedding speech for the bride's father",
    "boat trips on the lake in winter",
    "fix a dripping kitchen tap",
    "lyrics of an old sailors' song",
    "what to pack for a week of camping",
    "qwrty plombix zzurk",
    "asdf jkl fnord vrrp",
    "blorf the wug gimble snarp",
)

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Gives ``(n, d)`` unit vectors of questions."""


def fitted(snapshot: Snapshot, encode: Encode) -> Calibration:
    """Fit it over an index.

    Wishes that the index does have papers about stand out among the others and are left out: what
    is more than half as far again above the upper quartile as that is above the lower one.

    Args:
        snapshot: Of an index with papers.
        encode: The model of the index.
    """
    found = np.array(
        [
            _nearness_to(snapshot, text, vector)
            for text, vector in zip(WISHES, encode(WISHES), strict=True)
        ]
    )
    lower, upper = np.quantile(found, (0.25, 0.75))
    kept = found[found <= upper + 1.5 * (upper - lower)]
    return Calibration(float(kept.mean() + DEVIATIONS * kept.std()), snapshot.about.papers)


def fitted_again(
    store: Store, embedder: Callable[[], Embedder], *, anew: bool = False
) -> dict[str, str]:
    """What to add to the description of an index that has doubled, or has another model.

    Args:
        store: Of the published index; for reading alone, so that its files are let go of before
            anything is written.
        embedder: Gives the model of the index; only called where it is fitted. Without the model
            nothing is.
        anew: Fit it whatever the index held before.
    """
    snapshot = store.snapshot()
    if snapshot is None or not snapshot.about.papers:
        return {}
    if not (anew or snapshot.calibration.is_outdated(snapshot.about.papers)):
        return {}
    try:
        model = embedder()
    except ModelError:  # a run that embeds nothing needs none; the next one fits it
        return {}
    return fitted(snapshot, model.encode_queries).as_meta()


def _nearness_to(snapshot: Snapshot, text: str, vector: Vector) -> float:
    dense = snapshot.nearest(vector, FIFTH, ALL)
    question = Question(snapshot, text)
    return nearness(fifth(dense), question.best(snapshot.bm25(text, LOOKED_AT, ALL)[0]))
