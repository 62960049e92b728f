"""A second look at the first papers by a cross-encoder, which reads question and paper together.

It costs seconds where a search costs milliseconds, so it is off unless a model is named.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ModelError
from indexer.models.checksums import require_safetensors
from indexer.models.hub import find_model
from indexer.models.settings import read_settings
from indexer.models.tokenizer import readable
from indexer.models.torch_embedder import first_line, quiet, require_torch

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

# Two busy cores score some ten abstracts a second with a model as small as MiniLM-L6.
# Looking further down helps little and may harm: cross-encoders favour some irrelevant papers,
# and find more of them the more they are shown (Jacob et al. 2024, arXiv:2411.11767).
RERANKED = 50
"""How many of the first papers are scored again; the others follow in the order they had."""

_BATCH = 16
# Characters of a question and of a paper: some 400 and 1,000 tokens of English. A longer question
# would take the paper's room, and the time to cut a pair grows with the product of both lengths.
_MAX_QUESTION, _MAX_TEXT = 2_000, 5_000
_CLASSIFIERS = ("ForSequenceClassification", "ForCausalLM")


class Reranker(Protocol):
    """Whatever scores papers against a question by reading both."""

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """``(n,)`` scores of ``n`` texts, higher is better. Safe to call from many threads.

        They are comparable within one call only.
        """
        ...


def load_reranker(name: str) -> Reranker:
    """The sentence-transformers ``CrossEncoder`` of that name; raises ``ModelError``.

    Args:
        name: A folder, or a name on the hub such as ``cross-encoder/ms-marco-MiniLM-L6-v2``.
    """
    folder = find_model(name, is_embedder=False)
    _require_cross_encoder(name, folder.path)
    require_safetensors(folder.path)
    require_torch(folder, "it is a cross-encoder")
    with quiet():
        model = _loaded(name, folder.path)
    _require_use(name, model)
    return CrossEncoderReranker(model)


class CrossEncoderReranker:
    """``CrossEncoder.predict`` in fp32 on the CPU; calls from several threads take turns."""

    def __init__(self, model: CrossEncoder) -> None:
        self._model = model
        # Its tokenizer refuses to be used by two threads at once.
        self._turn = threading.Lock()

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """``(n,)`` float32, higher is better; what the model can't read of a text is cut.

        Raises:
            ModelError: The model fails on these texts.
        """
        asked = readable(question[:_MAX_QUESTION])
        pairs = [(asked, readable(text[:_MAX_TEXT])) for text in texts]
        try:
            with self._turn:
                scores = self._model.predict(pairs, batch_size=_BATCH, show_progress_bar=False)
        except (RuntimeError, ValueError, IndexError) as error:
            raise ModelError(
                f"the reranker fails ({first_line(error)}); search without --rerank"
            ) from error
        found = np.asarray(scores, np.float32).reshape(len(pairs))
        if not np.isfinite(found).all():
            raise ModelError(
                "the reranker gives scores that aren't finite numbers; search without --rerank"
            )
        return found


def reordered(scores: NDArray[np.float32], length: int) -> NDArray[np.intp]:
    """Places in a ranking of ``length`` papers, in the order that the scores of the first give.

    The first are sorted among themselves and the others stay, so a ranking cut into pages after
    this is tiled by them, as long as the same papers are scored for every page.

    Args:
        scores: ``(n,)``, ``n`` at most ``length``, higher is better. Equal scores keep the
            earlier order; what is no number goes last.
        length: Of the ranking.
    """
    first = np.argsort(-scores, kind="stable")
    return np.concatenate([first, np.arange(len(first), length)])


def _loaded(name: str, folder: Path) -> CrossEncoder:
    from safetensors import SafetensorError
    from sentence_transformers import CrossEncoder
    from torch.nn import Identity

    try:
        # The model's own activation keeps the order but makes equal what is near its ends; and
        # without it no function is looked up that the folder names.
        model = CrossEncoder(
            str(folder), device="cpu", local_files_only=True, activation_fn=Identity()
        )
    except (
        *(OSError, ValueError, TypeError, LookupError, AttributeError),
        *(RuntimeError, ImportError, SafetensorError),
    ) as error:
        raise ModelError(
            f"the reranker {name} can't be loaded ({first_line(error)}); check that it is a "
            "complete sentence-transformers CrossEncoder"
        ) from error
    return model.float().eval()


def _require_cross_encoder(name: str, folder: Path) -> None:
    """Refuse an embedding model, which would be loaded with a head of random weights."""
    kind = read_settings(folder / "config_sentence_transformers.json").get("model_type")
    if kind == "CrossEncoder":
        return
    architectures = read_settings(folder / "config.json").get("architectures")
    names = [str(one) for one in architectures] if isinstance(architectures, list) else []
    if (folder / "modules.json").exists() or not any(one.endswith(_CLASSIFIERS) for one in names):
        raise ModelError(
            f"the model {name} is not a cross-encoder; give --rerank one such as "
            "cross-encoder/ms-marco-MiniLM-L6-v2"
        )


def _require_use(name: str, model: CrossEncoder) -> None:
    if model.num_labels != 1:
        raise ModelError(
            f"the model {name} gives {model.num_labels} scores for a pair of texts; "
            "give --rerank a model that gives one"
        )
    # A missing vocabulary is no error to transformers, but then every text reads the same.
    if len(model.tokenizer) <= len(model.tokenizer.all_special_ids):
        raise ModelError(f"the reranker {name} has no vocabulary; fetch the whole model again")
