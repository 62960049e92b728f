"""What embeds on GPUs, shown on a CPU: none of the machines that this was made on had one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from indexer.embedding.embedder_selection import bulk_embedder
from indexer.errors import ModelError, UsageError
from indexer.models import gpu
from indexer.models.bulk import InProcess
from indexer.models.choice import Choice
from indexer.models.embedder import Embedder
from indexer.models.gpu import OnGpu, has_gpu, load_on_gpu
from indexer.models.load import load_embedder
from indexer.models.recipe import embed
from indexer.ray.options import RayOptions
from tests.indexer.models.tiny_models import TEXTS, sentence_transformer


@pytest.fixture(scope="module")
def chosen(make_base: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    """With a prompt and dimensions of its own."""
    folder = sentence_transformer(
        tmp_path_factory.mktemp("tiny") / "model", make_base("BERT"), pooling="cls"
    )
    return load_embedder(Choice(name=str(folder), document_prefix="text: ", dimension=16))


@pytest.mark.slow
@pytest.mark.parametrize("tokens", [1, 70, 65_536])
def test_vectors_are_those_of_the_cpu_in_any_batches(
    tokens: int, chosen: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu, "TOKENS", tokens)
    embedder = load_on_gpu(chosen.model, "cpu")
    expected, given = (one.encode_documents(TEXTS) for one in (chosen, embedder))
    assert (embedder.model.precision, embedder.model.runtime) == ("bf16", "torch")
    assert np.einsum("nd,nd->n", expected.vectors, given.vectors).min() >= 0.999
    np.testing.assert_array_equal(expected.truncated, given.truncated)
    assert embedder.encode_documents([]).vectors.shape == (0, 16)


def test_bf16_is_not_taken_where_it_changes_vectors(
    chosen: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu, "LEAST_COSINE", 1.1)
    embedder = load_on_gpu(chosen.model, "cpu")
    expected, given = (one.encode_documents(TEXTS) for one in (chosen, embedder))
    assert embedder.model.precision == "f32"
    assert np.einsum("nd,nd->n", expected.vectors, given.vectors).min() >= 0.999


def test_the_first_papers_are_left_to_the_cpu_and_the_rest_is_said(
    chosen: Embedder, caplog: pytest.LogCaptureFixture
) -> None:
    bulk = OnGpu(chosen, "cpu", patience=len(TEXTS))
    first = bulk.begin(TEXTS)()
    assert "papers are embedded on" not in caplog.text
    np.testing.assert_array_equal(first.vectors, embed(chosen, TEXTS).vectors)
    second = bulk.begin(TEXTS)()
    assert "papers are embedded on cpu, in bf16" in caplog.text
    assert np.einsum("nd,nd->n", first.vectors, second.vectors).min() >= 0.999
    bulk.close()


@pytest.mark.skipif(has_gpu(), reason="there is a GPU")
def test_without_a_gpu_papers_stay_on_the_cpu(chosen: Embedder) -> None:
    for options in (None, RayOptions(address=""), RayOptions(address="", device="cpu")):
        assert isinstance(bulk_embedder(chosen, options), InProcess)
    with pytest.raises(UsageError, match="leave out --device"):
        bulk_embedder(load_embedder("hashing"), RayOptions(address="", device="cuda"))
    bulk = bulk_embedder(chosen, RayOptions(address="", device="cuda"))
    with pytest.raises((ModelError, UsageError)) as raised:
        bulk.begin(TEXTS)()
    assert "\n" not in str(raised.value)
