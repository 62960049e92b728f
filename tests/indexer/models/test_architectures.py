"""Sentence-transformers of any make: run with the vectors of ``encode``, or refused."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.errors import ModelError
from indexer.models.choice import Choice
from indexer.models.embedder import Vectors, unit_rows
from indexer.models.hub import find_model
from indexer.models.load import convert_once, load_embedder
from indexer.models.openvino_embedder import OpenVinoEmbedder
from indexer.models.torch_embedder import load_torch, load_transformer, quiet
from tests.indexer.models.tiny_models import TEXTS, sentence_transformer

MakeBase = Callable[..., Path]
LEAST = 0.9999
"""Cosine to the vectors of sentence-transformers in 32 bits; bf16 is held to 0.999."""
LONG = "graphs, proteins and languages; " * 3000
USUAL = {
    "BERT": "cls",
    "MPNet": "mean",
    "XLM-RoBERTa": "cls",
    "ModernBERT": "cls",
    "Qwen3": "lasttoken",
}
"""How the best-known models of each architecture make one vector of many."""
CASES = [
    *((architecture, pooling, 64) for architecture, pooling in USUAL.items()),
    ("XLM-RoBERTa", "weightedmean", 64),
    ("Qwen3", "mean", 64),
    ("ModernBERT", "mean", 64),
]
LONG_CASES = [
    *((architecture, pooling, 512) for architecture, pooling in USUAL.items()),
    *((architecture, USUAL[architecture], 8192) for architecture in ("BERT", "ModernBERT")),
    *((architecture, USUAL[architecture], 8192) for architecture in ("XLM-RoBERTa", "Qwen3")),
]


def original(folder: Path, texts: list[str], prompt: str) -> Vectors:
    with quiet():
        transformer = load_transformer(find_model(str(folder)))
    options = {"show_progress_bar": False, "batch_size": 4}
    return unit_rows(transformer.encode(texts, prompt=prompt, **options))


def in_32_bits(folder: Path) -> OpenVinoEmbedder:
    converted, _ = convert_once(find_model(str(folder)), Choice(), int8=False)
    facts = replace(converted.facts, precision="f32")
    return OpenVinoEmbedder(
        replace(converted, facts=facts), name="", revision="", weights_sha256=""
    )


def least_cosine(one: Vectors, other: Vectors) -> float:
    return float(np.einsum("nd,nd->n", one, other).min())


@pytest.mark.parametrize(
    ("architecture", "pooling", "tokens"),
    [
        CASES[0],
        *(pytest.param(*case, marks=pytest.mark.slow) for case in (*CASES[1:], *LONG_CASES)),
    ],
)
def test_vectors_are_those_of_sentence_transformers(
    architecture: str,
    pooling: str,
    tokens: int,
    make_base: MakeBase,
    tmp_path: Path,
    figures: list[str],
) -> None:
    base, prompts = make_base(architecture, tokens), {"query": "find: ", "document": "text: "}
    folder = sentence_transformer(tmp_path / "model", base, pooling=pooling, prompts=prompts)
    started = time.monotonic()
    embedder = load_embedder(str(folder))
    took = time.monotonic() - started
    texts = [*TEXTS, LONG]
    documents, questions = (original(folder, texts, prompt) for prompt in ("text: ", "find: "))
    exact = in_32_bits(folder)
    cosine = least_cosine(exact.encode_documents(texts).vectors, documents)
    figures.append(
        f"{architecture:11} {pooling:12} {tokens:5,} tokens  {embedder.model.runtime} "
        f"{embedder.model.precision}  cosine in f32 {cosine:.6f}  ready in {took:.1f} s"
    )
    assert (embedder.model.runtime, embedder.model.max_tokens) == ("openvino", tokens)
    assert embedder.model.pooling == pooling
    assert cosine >= LEAST
    assert least_cosine(exact.encode_queries(texts), questions) >= LEAST
    assert least_cosine(embedder.encode_documents(texts).vectors, documents) >= 0.999
    # Texts and prompts differ by far more than is allowed, or this would show nothing.
    assert (documents @ documents.T).min() < 0.9
    assert least_cosine(documents, questions) < 0.999


@pytest.mark.slow
def test_projections_and_torch_on_its_own(make_base: MakeBase, tmp_path: Path) -> None:
    folder = sentence_transformer(
        tmp_path / "model", make_base("Qwen3"), pooling="lasttoken", dense=[(16, "GELU")]
    )
    expected = original(folder, list(TEXTS), "")
    assert expected.shape[1] == 16
    for embedder in (in_32_bits(folder), load_torch(find_model(str(folder)))):
        assert least_cosine(embedder.encode_documents(TEXTS).vectors, expected) >= LEAST


def test_prompts_that_the_pooling_leaves_out(make_base: MakeBase, tmp_path: Path) -> None:
    made = sentence_transformer(tmp_path / "model", make_base("BERT"))
    edit(made / "1_Pooling/config.json", include_prompt=False)
    embedder = load_embedder(Choice(name=str(made), document_prefix="a long prompt: "))
    expected = original(made, list(TEXTS), "a long prompt: ")
    assert embedder.model.runtime == "torch"
    assert least_cosine(embedder.encode_documents(TEXTS).vectors, expected) >= LEAST


def edit(path: Path, **values: Any) -> None:
    settings = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(settings | values))


def lose_weights(folder: Path, part: str) -> None:
    from safetensors.numpy import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    kept = {name: value for name, value in tensors.items() if part not in name}
    assert len(kept) < len(tensors)
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})


def no_modules(folder: Path, architecture: str) -> None:
    (folder / "modules.json").unlink()
    edit(folder / "config.json", architectures=[architecture])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda at: lose_weights(at, "layers.1.self_attn.q_proj"), "weights are missing"),
        (
            lambda at: edit(at / "config_sentence_transformers.json", model_type="CrossEncoder"),
            "is a CrossEncoder",
        ),
        (lambda at: no_modules(at, "Qwen3ForSequenceClassification"), "ForSequenceClassification"),
        (
            lambda at: edit(at / "config.json", model_type="own", auto_map={"AutoModel": "own.M"}),
            "code of its own",
        ),
        (
            lambda at: (at / "modules.json").write_text(
                json.dumps([{"idx": 0, "name": "0", "path": "", "type": "own_code.Transformer"}])
            ),
            "code of its own",
        ),
    ],
    ids=["weights", "reranker", "head", "code", "module"],
)
def test_what_cannot_be_run_right_is_refused_in_one_line(
    change: Callable[[Path], None], reason: str, make_base: MakeBase, tmp_path: Path
) -> None:
    made = sentence_transformer(tmp_path / "made", make_base("Qwen3"))
    folder = shutil.copytree(made, tmp_path / "model")
    change(folder)
    with pytest.raises(ModelError, match=reason) as raised:
        load_embedder(str(folder))
    assert "\n" not in str(raised.value)


def test_more_tokens_than_there_are_places_for(make_base: MakeBase, tmp_path: Path) -> None:
    folder = sentence_transformer(tmp_path / "model", make_base("MPNet"), tokens=66)
    with pytest.raises(ModelError, match="max_seq_length") as raised:
        load_embedder(str(folder))
    assert "\n" not in str(raised.value)


@pytest.mark.slow
def test_a_plain_encoder_is_taken_with_a_warning(
    make_base: MakeBase, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    embedder = load_embedder(str(make_base("BERT")))
    assert embedder.model.pooling == "mean"
    assert "no modules.json" in caplog.text
