"""8-bit weights: nearly the same vectors, for processors that multiply 8-bit numbers fastest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from indexer.models import load
from indexer.models.cache import GRAPH, TOKENIZER, WEIGHTS, Converted
from indexer.models.choice import Choice
from indexer.models.compatibility import require_match
from indexer.models.conversion import checking, processor
from indexer.models.conversion.int8_weights import in_groups, with_int8_weights
from indexer.models.embedder import DEFAULT_MODEL
from indexer.models.hub import find_model
from indexer.models.load import convert_once, load_embedder
from indexer.models.openvino_embedder import OpenVinoEmbedder
from indexer.models.precision import INT8_DYNAMIC, INT8_GROUP
from tests.indexer.models.tiny_models import bert, sentence_transformer

ORDINARY = "fpu sse4_2 avx2 avx512f"


@pytest.fixture(scope="module")
def exact() -> Converted:
    return convert_once(find_model(DEFAULT_MODEL), Choice(), int8=False)[0]


@pytest.fixture(scope="module")
def small(exact: Converted) -> Converted:
    return convert_once(find_model(DEFAULT_MODEL), Choice(), int8=True)[0]


def embedder_of(converted: Converted) -> OpenVinoEmbedder:
    return OpenVinoEmbedder(converted, name="", revision="", weights_sha256="")


def in_32_bits(converted: Converted) -> OpenVinoEmbedder:
    return embedder_of(replace(converted, facts=replace(converted.facts, precision="f32")))


@given(
    arrays(
        np.float32,
        st.tuples(st.integers(1, 4), st.integers(1, 3).map(lambda groups: groups * INT8_GROUP)),
        elements=st.floats(-1e3, 1e3, width=32),
    )
)
def test_no_weight_is_off_by_more_than_half_of_its_scale(weights: NDArray[np.float32]) -> None:
    whole, scales = in_groups(weights)
    back = (whole * scales).reshape(weights.shape)
    allowed = np.repeat(scales[:, :, 0], INT8_GROUP, axis=1) * 0.501
    assert (np.abs(back - weights) <= allowed).all()
    assert np.abs(whole).max(initial=0) <= 127


def test_abstracts_keep_their_vectors(
    exact: Converted, small: Converted, abstracts: list[str]
) -> None:
    assert small.facts == replace(exact.facts, precision=INT8_DYNAMIC)
    wanted = in_32_bits(exact).encode_documents(abstracts)
    given = embedder_of(small).encode_documents(abstracts)
    cosines = np.einsum("nd,nd->n", wanted.vectors, given.vectors)
    assert cosines.min() >= 0.999
    assert cosines.max() < 0.999_999  # or these would be the same weights
    assert (wanted.truncated == given.truncated).all()


def test_the_file_is_smaller(exact: Converted, small: Converted) -> None:
    sizes = [(each.folder / WEIGHTS).stat().st_size for each in (exact, small)]
    assert sizes[1] < 0.8 * sizes[0]


def test_a_text_has_nearly_the_same_vector_whatever_it_is_embedded_with(
    small: Converted, abstracts: list[str]
) -> None:
    embedder = embedder_of(small)
    together = embedder.encode_documents(abstracts).vectors
    alone = np.concatenate([embedder.encode_documents([text]).vectors for text in abstracts])
    assert np.einsum("nd,nd->n", together, alone).min() >= 0.9998


def test_a_model_that_they_would_spoil_stays_as_it_is(
    exact: Converted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "LEAST_COSINE", 0.999_999)
    assert with_int8_weights(exact, tmp_path) == exact.facts
    for name in (GRAPH, WEIGHTS, TOKENIZER):
        assert (tmp_path / name).read_bytes() == (exact.folder / name).read_bytes()


def test_a_model_that_no_group_goes_into_stays_as_it_is(tmp_path: Path) -> None:
    bert(tmp_path / "base", intermediate_size=48)
    folder = find_model(str(sentence_transformer(tmp_path / "model", tmp_path / "base")))
    exact, _ = convert_once(folder, Choice(), int8=False)
    assert convert_once(folder, Choice(), int8=True)[0].facts == exact.facts


def test_a_cache_that_was_filled_on_another_processor_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bert(tmp_path / "base")
    folder = find_model(str(sentence_transformer(tmp_path / "model", tmp_path / "base")))
    cache = tmp_path / "cache"
    monkeypatch.setenv("NEARPAPER_CACHE", str(cache))

    def converted(*, bf16: bool, int8: bool = False) -> str:
        for module in (load, checking):
            monkeypatch.setattr(module, "has_bf16", lambda: bf16)
        monkeypatch.setattr(load, "prefers_int8", lambda: int8)
        return convert_once(folder, Choice())[0].folder.name

    untried = converted(bf16=False)
    assert untried.endswith("-f32")
    base = cache / "models" / untried.removesuffix("-f32")
    for form in ("", "-int8"):  # nothing else can be made there
        base.with_name(f"{base.name}{form}.lock").mkdir()
    assert converted(bf16=True) == untried
    assert converted(bf16=False, int8=True) == untried
    for form in ("", "-int8"):
        base.with_name(f"{base.name}{form}.lock").rmdir()
    assert converted(bf16=True) == base.name
    assert converted(bf16=False) == base.name  # which bf16 was tried with


@pytest.mark.parametrize(
    ("flags", "is_preferred"),
    [
        (ORDINARY, False),
        (f"{ORDINARY} avx512_vnni", True),
        (f"{ORDINARY} avx_vnni", True),
        (f"{ORDINARY} avx512_vnni avx512_bf16", False),
        (f"{ORDINARY} amx_int8 amx_bf16 avx512_vnni", False),
    ],
)
def test_the_processor_decides(
    flags: str,
    is_preferred: bool,
    small: Converted,
    exact: Converted,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = tmp_path / "cpuinfo"
    told.write_text(f"processor\t: 0\nflags\t\t: {flags}\n")
    monkeypatch.setattr(processor, "_CPU_INFO", told)
    chosen = small if is_preferred else exact
    assert load_embedder().model.converted_sha256 == chosen.sha256


def test_without_a_list_of_instructions_it_is_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processor, "_CPU_INFO", tmp_path / "none")
    assert not processor.prefers_int8()


def test_an_index_may_be_asked_on_another_processor(exact: Converted, small: Converted) -> None:
    one, other = embedder_of(exact).model, embedder_of(small).model
    assert one != other
    require_match("index", one, other)
    require_match("index", other, one)
