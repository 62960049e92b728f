"""What an actor loads, without Ray: the model as sent, once per node, or none at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from indexer.errors import ModelError
from indexer.models.embedder import Embedder
from indexer.models.hashing import HashingEmbedder
from indexer.models.load import load_embedder
from indexer.models.openvino_embedder import OpenVinoEmbedder
from indexer.models.recipe import embed
from indexer.ray.encoder import Encoder, Files, Plan, files_of
from indexer.version import version


def never() -> Files:
    pytest.fail("sent again")


def plan_of(embedder: Embedder) -> Plan:
    converted = embedder.converted if isinstance(embedder, OpenVinoEmbedder) else None
    return Plan(
        model=embedder.model, version=version(), is_cuda=False, converted=converted, files=never
    )


def test_the_model_is_sent_once_to_a_node_that_lacks_it(
    small_model: Path, tmp_path: Path, abstracts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = load_embedder(str(small_model))
    plan = plan_of(embedder)
    assert plan.converted is not None
    files = files_of(plan.converted)
    elsewhere = replace(plan.converted, folder=tmp_path / "elsewhere")
    monkeypatch.setenv("NEARPAPER_CACHE", str(tmp_path / "cache"))
    for files_now in (lambda: files, never):
        encoder = Encoder(replace(plan, converted=elsewhere, files=files_now), threads=1)
        assert encoder.model() == embedder.model
        given = encoder.encode(abstracts).vectors
        np.testing.assert_allclose(given, embed(embedder, abstracts).vectors, atol=1e-3)


def test_torch_runs_what_does_not_convert(small_model: Path, abstracts: list[str]) -> None:
    embedder = load_embedder(str(small_model))
    torch_model = replace(embedder.model, runtime="torch", converted_sha256="")
    plan = replace(plan_of(embedder), model=torch_model, converted=None)
    encoder = Encoder(plan, threads=torch.get_num_threads())
    assert encoder.model().runtime == "torch"
    given = encoder.encode(abstracts).vectors
    assert np.einsum("nd,nd->n", given, embed(embedder, abstracts).vectors).min() > 0.999


def test_another_model_or_version_is_refused(small_model: Path) -> None:
    plan = plan_of(HashingEmbedder())
    other = replace(plan, model=replace(plan.model, weights_sha256="0" * 64))
    with pytest.raises(ModelError, match=r"hashing on .* is another model than here"):
        Encoder(other, threads=1).model()
    with pytest.raises(ModelError, match=r"has nearpaper .* this machine 0\.0; install the same"):
        Encoder(replace(plan, version="0.0"), threads=1).model()
