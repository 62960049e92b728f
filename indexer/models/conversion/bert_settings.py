"""What a folder with a BERT sentence-transformer says of it, read without torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.models.settings import read_json, read_settings, search_prompts

POOLINGS = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}
"""The older names of the modes, in the order in which several are put side by side."""

_GELU = {"gelu": "ERF", "gelu_new": "TANH", "gelu_pytorch_tanh": "TANH"}
_DENSE = {
    "torch.nn.modules.activation.Tanh": "tanh",
    "torch.nn.modules.linear.Identity": "identity",
}
_TEXT_ONLY = {"text": {"method": "forward", "method_output_name": "last_hidden_state"}}
_MOST = 10_000
"""Layers, heads and widths beyond this are nobody's."""


class OtherModelError(Exception):
    """The model is not a BERT that is written here; torch may run it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dense:
    """One projection after the pooling.

    Attributes:
        folder: Has its weights.
        activation: ``tanh`` or ``identity``.
    """

    folder: Path
    activation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that the graph of a BERT depends on beside its weights.

    Attributes:
        layers: How many blocks.
        heads: Of the attention.
        width: Of a token's vector.
        gelu: OpenVINO's name for how the activation is computed.
        epsilon: Of the layer norms.
        pooling: How token vectors become one; several are put side by side.
        dense: Projections after that, in order.
        query_prefix: Put before a question.
        document_prefix: Put before a paper's text.
        max_tokens: What the model reads, special tokens included.
        tokenizer: Settings of the tokeniser.
    """

    layers: int
    heads: int
    width: int
    gelu: str
    epsilon: float
    pooling: tuple[str, ...]
    dense: tuple[Dense, ...]
    query_prefix: str
    document_prefix: str
    max_tokens: int
    tokenizer: dict[str, Any]


def bert_settings(folder: Path) -> Settings:
    """Read them; raises :class:`OtherModelError`."""
    config = read_settings(folder / "config.json")
    _require(config.get("model_type") == "bert", "its architecture is not BERT")
    _require(config.get("position_embedding_type", "absolute") == "absolute", "its positions")
    _require(not config.get("is_decoder") and not config.get("auto_map"), "it is a decoder")
    gelu = _GELU.get(str(config.get("hidden_act", "gelu")))
    _require(gelu is not None, "its activation function")
    whole = read_settings(folder / "config_sentence_transformers.json")
    kind = whole.get("model_type", "SentenceTransformer")
    _require(kind == "SentenceTransformer", "it is no sentence-transformer")
    query, document = search_prompts(whole.get("prompts"))
    pooling, dense = _modules(folder)
    tokenizer = read_settings(folder / "tokenizer_config.json")
    width, heads = _count(config, "hidden_size"), _count(config, "num_attention_heads")
    _require(width % heads == 0, "its num_attention_heads")
    return Settings(
        layers=_count(config, "num_hidden_layers"),
        heads=heads,
        width=width,
        gelu=str(gelu),
        epsilon=_epsilon(config),
        pooling=pooling,
        dense=dense,
        query_prefix=query,
        document_prefix=document,
        max_tokens=_max_tokens(folder, config, tokenizer),
        tokenizer=tokenizer,
    )


def _require(is_known: bool, what: str) -> None:
    if not is_known:
        raise OtherModelError(what)


def _count(settings: dict[str, Any], name: str) -> int:
    value = settings.get(name)
    _require(isinstance(value, int) and 0 < value <= _MOST, f"its {name}")
    return int(value or 0)


def _epsilon(config: dict[str, Any]) -> float:
    value = config.get("layer_norm_eps", 1e-12)
    _require(isinstance(value, int | float) and 0 <= value < 1, "its layer_norm_eps")
    return float(value)


def _modules(folder: Path) -> tuple[tuple[str, ...], tuple[Dense, ...]]:
    """How the pooling is done and what follows, of Transformer, Pooling, Dense…, Normalize."""
    named = _listed(folder)
    kinds = [kind for kind, _ in named]
    end = len(kinds) - (kinds[-1:] == ["Normalize"])
    _require(kinds[:2] == ["Transformer", "Pooling"], "its modules")
    _require(set(kinds[2:end]) <= {"Dense"} and named[0][1] == folder, "its modules")
    pooling = read_settings(named[1][1] / "config.json")
    _require(pooling.get("include_prompt", True) is True, "its pooling")
    # Every model says it; where it is missing, so may be the kind of pooling.
    width = pooling.get("embedding_dimension", pooling.get("word_embedding_dimension"))
    _require(isinstance(width, int), "its pooling")
    return _pooling(pooling), tuple(_dense(path) for _, path in named[2:end])


def _listed(folder: Path) -> list[tuple[str, Path]]:
    """Name and folder of each module."""
    modules = read_json(folder / "modules.json")
    try:
        found = [(str(one["type"]), folder / one["path"]) for one in modules]
    except (TypeError, KeyError) as error:
        raise OtherModelError("its modules.json can't be read") from error
    _require(all(kind.startswith("sentence_transformers.") for kind, _ in found), "its modules")
    inside = all(path.resolve().is_relative_to(folder.resolve()) for _, path in found)
    _require(inside, "its modules lie elsewhere")
    return [(kind.rpartition(".")[2], path) for kind, path in found]


def _pooling(settings: dict[str, Any]) -> tuple[str, ...]:
    modes = settings.get("pooling_mode")
    if modes is None:
        modes = [mode for key, mode in POOLINGS.items() if settings.get(key)] or ["mean"]
    modes = [modes] if isinstance(modes, str) else modes
    _require(isinstance(modes, list) and 0 < len(modes) <= len(POOLINGS), "its pooling")
    _require(all(mode in POOLINGS.values() for mode in modes), "its pooling")
    return tuple(modes)


def _dense(folder: Path) -> Dense:
    settings = read_settings(folder / "config.json")
    activation = _DENSE.get(str(settings.get("activation_function")))
    name = settings.get("module_input_name", "sentence_embedding")
    same = settings.get("module_output_name") in (None, name)
    _require(not settings.get("use_residual") and same, "its Dense module")
    if activation is None or name != "sentence_embedding":
        raise OtherModelError("its Dense module")
    return Dense(folder=folder, activation=activation)


def _max_tokens(folder: Path, config: dict[str, Any], tokenizer: dict[str, Any]) -> int:
    """As sentence-transformers decides it: its own setting, else the least of the others."""
    own = read_settings(folder / "sentence_bert_config.json")
    _require(not own.get("do_lower_case"), "its settings of lower case")
    for name, usual in (
        ("transformer_task", "feature-extraction"),
        ("module_output_name", "token_embeddings"),
        ("modality_config", _TEXT_ONLY),
        ("processing_kwargs", {}),
        ("query_expansion", None),
    ):
        _require(own.get(name) in (usual, None), f"its {name}")
    for name in ("model_args", "model_kwargs", "tokenizer_args", "processor_kwargs"):
        _require(not own.get(name), f"its {name}")
    positions = _count(config, "max_position_embeddings")
    given = own.get("max_seq_length")
    if given is None:
        most = tokenizer.get("model_max_length", positions)
        _require(isinstance(most, int | float) and most > 0, "its model_max_length")
        given = int(min(most, positions))
    _require(isinstance(given, int) and 2 < given <= positions, "its max_seq_length")
    return int(given)
