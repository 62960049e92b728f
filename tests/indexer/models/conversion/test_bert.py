"""BERT written in OpenVINO's operators: the vectors of sentence-transformers, without torch."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import ModelError
from indexer.models.cache import Converted
from indexer.models.conversion.bert import convert_bert
from indexer.models.conversion.bert_settings import OtherModelError, bert_settings
from indexer.models.embedder import DEFAULT_MODEL, Vectors, unit_rows
from indexer.models.hub import find_model
from indexer.models.openvino_embedder import OpenVinoEmbedder
from indexer.models.torch_embedder import load_transformer, quiet
from tests.indexer.models.tiny_models import TEXTS, bert, sentence_transformer

SHARED = Path(__file__).resolve().parents[4] / "../shared"
LEAST = 0.99999
POOLINGS = ["cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"]
PROMPTS = {"query": "query: ", "document": "passage: "}


def written(folder: Path, target: Path) -> OpenVinoEmbedder:
    """The written model, run in 32 bits."""
    facts = replace(convert_bert(folder, target), precision="f32")
    return OpenVinoEmbedder(Converted(target, facts, ""), name="", revision="", weights_sha256="")


def original(folder: Path, texts: list[str], **options: Any) -> Vectors:
    with quiet():
        transformer = load_transformer(find_model(str(folder)))
    return unit_rows(transformer.encode(texts, show_progress_bar=False, **options))


def least_cosine(one: Vectors, other: Vectors) -> float:
    return float(np.einsum("nd,nd->n", one, other).min())


def require_same(folder: Path, target: Path, query: str = "", document: str = "") -> None:
    texts = list(TEXTS)
    embedder = written(folder, target)
    documents = original(folder, texts, prompt=document)
    assert least_cosine(embedder.encode_documents(texts).vectors, documents) >= LEAST
    questions = original(folder, texts, prompt=query)
    asked = np.concatenate([embedder.encode_queries([text]) for text in texts])
    assert least_cosine(asked, questions) >= LEAST
    # Texts differ by far more than is allowed, or this would show nothing.
    assert (documents @ documents.T).min() < 0.9


@pytest.mark.parametrize("file", ["1_Pooling/config.json", "config_sentence_transformers.json"])
@pytest.mark.parametrize("text", ['{"pooling_mode": "cl', "[]"])
def test_a_model_whose_settings_are_damaged_is_not_run(
    file: str, text: str, tmp_path: Path
) -> None:
    bert(tmp_path / "base")
    folder = sentence_transformer(tmp_path / "model", tmp_path / "base", pooling="cls")
    assert bert_settings(folder).pooling == ("cls",)
    (folder / file).write_text(text)
    with pytest.raises(ModelError, match="fetch the model again"):
        bert_settings(folder)


def test_a_model_whose_pooling_is_lost_is_not_run(tmp_path: Path) -> None:
    bert(tmp_path / "base")
    folder = sentence_transformer(tmp_path / "model", tmp_path / "base", pooling="cls")
    (folder / "1_Pooling" / "config.json").unlink()
    with pytest.raises(OtherModelError, match="pooling"):
        bert_settings(folder)


@pytest.mark.slow
@pytest.mark.parametrize("pooling", [*POOLINGS, ("cls", "mean"), ("weightedmean", "max")])
def test_each_way_of_pooling(
    pooling: str | tuple[str, ...], make_base: Callable[..., Path], tmp_path: Path
) -> None:
    folder = sentence_transformer(
        tmp_path / "model", make_base("BERT"), pooling=pooling, prompts=PROMPTS
    )
    require_same(folder, tmp_path, "query: ", "passage: ")


@pytest.mark.slow
@pytest.mark.parametrize("is_normalised", [True, False])
@pytest.mark.parametrize("dense", [[(24, "Tanh")], [(64, "Identity"), (8, "Tanh")]])
def test_projections(
    dense: list[tuple[int, str]],
    is_normalised: bool,
    make_base: Callable[..., Path],
    tmp_path: Path,
) -> None:
    folder = sentence_transformer(
        tmp_path / "model", make_base("BERT"), dense=dense, is_normalised=is_normalised
    )
    require_same(folder, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "encoder",
    [
        {"hidden_act": "gelu_new"},
        {"layer_norm_eps": 1e-3},
        {"num_attention_heads": 1, "num_hidden_layers": 1},
        {"tokens": 512},
        {"type_vocab_size": 1},
    ],
    ids=str,
)
def test_settings_of_the_encoder(encoder: dict[str, Any], tmp_path: Path) -> None:
    with quiet():
        bert(tmp_path / "base", **encoder)
    require_same(sentence_transformer(tmp_path / "model", tmp_path / "base"), tmp_path)


def test_weights_in_16_bits_and_saved_with_a_head(
    make_base: Callable[..., Path], tmp_path: Path
) -> None:
    from safetensors.numpy import load_file, save_file

    folder = sentence_transformer(tmp_path / "model", make_base("BERT"))
    tensors = load_file(folder / "model.safetensors")
    halves = {f"bert.{name}": value.astype(np.float16) for name, value in tensors.items()}
    save_file(halves, folder / "model.safetensors", metadata={"format": "pt"})
    require_same(folder, tmp_path)


@pytest.mark.parametrize(
    "name", ["default", pytest.param("e5", marks=[pytest.mark.slow, pytest.mark.shared])]
)
def test_models_that_people_use(name: str, abstracts: list[str], tmp_path: Path) -> None:
    folder = find_model(DEFAULT_MODEL).path if name == "default" else SHARED / "models/e5-small-v2"
    if not folder.exists():
        pytest.skip("../shared/models is not there")
    embedder = written(folder, tmp_path)
    texts = [*TEXTS, " ".join(abstracts)]
    documents = original(folder, texts, prompt=embedder.model.document_prefix)
    assert embedder.model.document_prefix == ("" if name == "default" else "passage: ")
    assert least_cosine(embedder.encode_documents(texts).vectors, documents) >= LEAST


def edit(path: Path, **values: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def change_weights(folder: Path, name: str, change: Callable[[Any], Any]) -> None:
    """Replace a tensor; ``None`` takes it away."""
    from safetensors.numpy import load_file, save_file

    tensors: dict[str, Any] = load_file(folder / "model.safetensors")
    tensors[name] = change(tensors[name])
    kept = {name: value for name, value in tensors.items() if value is not None}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})


KEY = "encoder.layer.1.attention.self.key.weight"
WORDS = "embeddings.word_embeddings.weight"
PLACES = "embeddings.position_embeddings.weight"


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        lambda folder: edit(folder / "config.json", model_type="roberta"),
        lambda folder: edit(folder / "config.json", hidden_act="silu"),
        lambda folder: edit(folder / "config.json", position_embedding_type="relative_key"),
        lambda folder: edit(folder / "config.json", is_decoder=True),
        lambda folder: edit(folder / "config.json", num_hidden_layers=3),
        lambda folder: edit(folder / "config.json", num_hidden_layers=10**9),
        lambda folder: edit(folder / "config.json", num_attention_heads=5),
        lambda folder: edit(folder / "config.json", layer_norm_eps="much"),
        lambda folder: edit(folder / "config.json", auto_map={"AutoModel": "own.Model"}),
        lambda folder: edit(folder / "tokenizer_config.json", do_lower_case=False),
        lambda folder: edit(folder / "tokenizer_config.json", strip_accents=False),
        lambda folder: edit(folder / "sentence_bert_config.json", do_lower_case=True),
        lambda folder: edit(folder / "sentence_bert_config.json", max_seq_length=65),
        lambda folder: edit(folder / "1_Pooling/config.json", include_prompt=False),
        lambda folder: edit(folder / "1_Pooling/config.json", pooling_mode="middle"),
        lambda folder: edit(folder / "config_sentence_transformers.json", model_type="Sparse"),
        lambda folder: (folder / "modules.json").unlink(),
        lambda folder: (folder / "modules.json").write_text("[" * 100_000),
        lambda folder: (folder / "tokenizer.json").write_text("{}"),
        lambda folder: (folder / "model.safetensors").write_bytes(b"\xff" * 100),
        lambda folder: change_weights(folder, KEY, lambda _: None),
        lambda folder: change_weights(folder, KEY, lambda value: value[:-1].copy()),
        lambda folder: change_weights(folder, KEY, lambda value: value * np.float32(1e9)),
        lambda folder: change_weights(folder, KEY, lambda value: value * np.float32(np.nan)),
        lambda folder: change_weights(folder, KEY, lambda value: value.astype(np.float64)),
        lambda folder: change_weights(folder, WORDS, lambda value: value[:-1].copy()),
        lambda folder: change_weights(folder, PLACES, lambda value: value[:-1].copy()),
    ],
)
def test_what_is_not_known_to_be_run_right_is_left_to_torch(
    change: Callable[[Path], None], make_base: Callable[..., Path], tmp_path: Path
) -> None:
    made = sentence_transformer(tmp_path / "made", make_base("BERT"), prompts=PROMPTS)
    folder = shutil.copytree(made, tmp_path / "model")
    change(folder)
    with pytest.raises(OtherModelError) as raised:
        convert_bert(folder, tmp_path)
    assert "\n" not in str(raised.value)


def test_the_same_files_at_every_conversion(make_base: Callable[..., Path], tmp_path: Path) -> None:
    folder = sentence_transformer(tmp_path / "model", make_base("BERT"))
    targets = [tmp_path / "one", tmp_path / "two"]
    for target in targets:
        target.mkdir()
        convert_bert(folder, target)
    first, second = ({path.name: path.read_bytes() for path in one.iterdir()} for one in targets)
    assert first == second


SETTINGS = [
    *("config.json", "config_sentence_transformers.json", "tokenizer_config.json"),
    *("sentence_bert_config.json", "1_Pooling/config.json", "2_Dense/config.json"),
]
ANY_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@settings(max_examples=200)
@given(data=st.data(), name=st.sampled_from(SETTINGS), value=ANY_VALUE)
def test_any_setting_is_taken_or_left_to_torch(
    data: st.DataObject, name: str, value: object, projected: Path
) -> None:
    folder = projected
    before = (folder / name).read_text()
    read = json.loads(before)
    key = data.draw(st.sampled_from([*sorted(read), "position_embedding_type", "prompts"]))
    (folder / name).write_text(json.dumps(read | {key: value}))
    try:
        found = bert_settings(folder)
        assert 2 < found.max_tokens <= 64
    except OtherModelError:
        pass
    finally:
        (folder / name).write_text(before)


@pytest.fixture(scope="module")
def projected(make_base: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sentence_transformer(
        tmp_path_factory.mktemp("projected") / "model",
        make_base("BERT"),
        dense=[(8, "Tanh")],
        prompts=PROMPTS,
    )
