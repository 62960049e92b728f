from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from indexer.errors import ModelError
from indexer.models.embedder import DEFAULT_MODEL
from search.ranking.rerank import Reranker, load_reranker, reordered

SCORES = {"bad": -1.0, "fair": 0.0, "good": 1.0, "best": 2.0}
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "paper", *SCORES]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder that was built so that its score grows with the words of praise."""
    return made(tmp_path_factory.mktemp("tiny-reranker"), labels=1)


def made(folder: Path, labels: int) -> Path:
    from sentence_transformers import CrossEncoder
    from torch import no_grad
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    from indexer.models.torch_embedder import quiet

    base = folder / "base"
    base.mkdir()
    (base / "vocab.txt").write_text("\n".join(WORDS))
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        max_position_embeddings=32,
    )
    config.num_labels = labels
    with quiet(), no_grad():
        model = BertForSequenceClassification(config)
        for name, weight in model.named_parameters():
            # Norms stay as they are; all else is put in by hand.
            if "LayerNorm" not in name:
                weight.zero_()
            # Every word of a pair is attended to alike, and passed on to the first of them.
            if name.endswith(
                ("value.weight", "attention.output.dense.weight", "pooler.dense.weight")
            ):
                weight.fill_diagonal_(0.1)
            if "word_embeddings" in name:
                for word, score in SCORES.items():
                    weight[WORDS.index(word), :2] = weight.new_tensor([score, 3])
            if name == "classifier.weight":
                weight[:, 0] = 1
        model.save_pretrained(base)
        BertTokenizer.from_pretrained(base).save_pretrained(base)
        CrossEncoder(str(base), device="cpu", local_files_only=True).save(str(folder / "model"))
    return folder / "model"


@pytest.fixture(scope="module")
def reranker(tiny: Path) -> Reranker:
    return load_reranker(str(tiny))


def test_known_scores_reverse_the_order(reranker: Reranker) -> None:
    ranking = ["bad paper", "fair paper", "good paper", "best paper", "paper", "best paper bad"]
    scores = reranker.score("paper", ranking[:4])
    assert scores.dtype == np.float32
    assert scores.shape == (4,)
    order = reordered(scores, len(ranking))
    assert [ranking[place] for place in order] == [
        *("best paper", "good paper", "fair paper", "bad paper"),
        *("paper", "best paper bad"),
    ]


def test_scores_do_not_depend_on_company_or_batch(reranker: Reranker) -> None:
    texts = ["good paper", "bad " * 20, "best"] * 15
    together = reranker.score("paper", texts)
    alone = np.array([reranker.score("paper", [text])[0] for text in texts[:3]])
    np.testing.assert_allclose(together, np.tile(alone, 15), rtol=1e-3)


@pytest.mark.parametrize("text", ["", "\ud800", "paper " * 5_000, "网络 \x00 <b>"])
def test_any_text_gets_a_score(reranker: Reranker, text: str) -> None:
    assert np.isfinite(reranker.score(text or "paper", [text, "good"])).all()


def test_a_long_question_and_a_long_text_take_no_time(reranker: Reranker) -> None:
    started = perf_counter()
    reranker.score("a " * 5_000, ["b " * 50_000])
    assert perf_counter() - started < 5


def test_nothing_to_score(reranker: Reranker) -> None:
    assert reranker.score("paper", []).shape == (0,)


def test_threads_may_share_it(reranker: Reranker) -> None:
    def score(texts: Sequence[str]) -> list[float]:
        return list(reranker.score("paper", texts))

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(score, [["bad", "best"]] * 12))
    assert answers == [answers[0]] * 12


def test_an_embedding_model_is_refused() -> None:
    # It would be loaded with random weights for its last layer.
    with pytest.raises(ModelError, match="not a cross-encoder"):
        load_reranker(DEFAULT_MODEL)


def test_a_model_of_several_scores_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="3 scores"):
        load_reranker(str(made(tmp_path, labels=3)))


def test_a_checkpoint_without_the_librarys_own_settings_loads(tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    shutil.copytree(tiny, folder)
    for name in ("modules.json", "config_sentence_transformers.json", "sentence_bert_config.json"):
        (folder / name).unlink()
    worse, better = load_reranker(str(folder)).score("paper", ["bad", "good"])
    assert worse < better


@pytest.mark.parametrize("broken", ["config.json", "model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("content", [None, b"", b"[" * 100_000, b"{}"])
def test_a_broken_folder_is_one_line(
    tiny: Path, tmp_path: Path, broken: str, content: bytes | None
) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(tiny, folder)
    (folder / broken).unlink()
    if content is not None:
        (folder / broken).write_bytes(content)
    with pytest.raises(ModelError) as caught:
        load_reranker(str(folder))
    assert "\n" not in str(caught.value)


def test_a_folder_cannot_name_a_function_to_run(tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / "hostile"
    shutil.copytree(tiny, folder)
    path = folder / "config_sentence_transformers.json"
    settings = json.loads(path.read_text()) | {"activation_fn": "torch.nn.modules.linear.Missing"}
    path.write_text(json.dumps(settings))
    worse, better = load_reranker(str(folder)).score("paper", ["bad", "good"])
    assert worse < better


@pytest.mark.parametrize("name", ["", "no such model", "../nowhere", "\x00"])
def test_a_name_of_nothing(name: str) -> None:
    with pytest.raises(ModelError):
        load_reranker(name)


VALUES = st.one_of(st.sampled_from([0.0, 1.0, -1.0]), st.floats(width=32))


@given(
    scores=arrays(np.float32, st.integers(0, 30), elements=VALUES),
    following=st.integers(0, 40),
    page=st.integers(1, 10),
)
def test_pages_tile_the_new_order_and_only_the_first_move(
    scores: np.ndarray, following: int, page: int
) -> None:
    length = len(scores) + following
    order = reordered(scores, length)
    pages = [order[start : start + page] for start in range(0, length, page)]
    assert sorted(int(place) for one in pages for place in one) == list(range(length))
    assert order[len(scores) :].tolist() == list(range(len(scores), length))
    for earlier, later in pairwise(order[: len(scores)]):
        if np.isnan(scores[later]):
            continue
        assert scores[earlier] > scores[later] or (
            scores[earlier] == scores[later] and earlier < later
        )
