"""Tiny sentence-transformers of many makes, with random weights and tokenisers of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.indexer.conftest import ABSTRACTS

WIDTH = 32
TOKENS = 64
"""What the tiny models read, unless a test asks for more."""

TEXTS = (
    *("attention", "Why do networks suddenly generalise long after they overfit?"),
    *("  Schrödinger's CAT, $\\mathcal{O}(n^2)$ and naïve 注意力机制: 7,500 models.\n", "", "x"),
    *ABSTRACTS,
    "We study how the depth of a network changes what it learns, and when. " * 40,
)
"""Short and long ones, in letters that no vocabulary here has, and nothing at all."""

_SMALL: dict[str, Any] = {
    "hidden_size": WIDTH,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    # Wide enough that texts differ: with the usual 0.02 all vectors are nearly the same.
    "initializer_range": 0.3,
}


def bert(folder: Path, tokens: int = TOKENS, **settings: Any) -> None:
    """A BERT that reads words and their parts."""
    from transformers import BertConfig, BertModel, BertTokenizer

    tokenizer = BertTokenizer(
        vocab=_word_pieces(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]), model_max_length=tokens
    )
    config = BertConfig(
        vocab_size=len(tokenizer), max_position_embeddings=tokens, **_SMALL | settings
    )
    _save(folder, BertModel(config), tokenizer)


def mpnet(folder: Path, tokens: int = TOKENS) -> None:
    """An MPNet: its places are told apart by how far they are from each other, too."""
    from transformers import MPNetConfig, MPNetModel, MPNetTokenizer

    tokenizer = MPNetTokenizer(
        vocab=_word_pieces(["<s>", "<pad>", "</s>", "[UNK]", "<mask>"]), model_max_length=tokens
    )
    config = MPNetConfig(
        vocab_size=len(tokenizer), max_position_embeddings=tokens + 2, pad_token_id=1, **_SMALL
    )
    _save(folder, MPNetModel(config), tokenizer)


def xlm_roberta(folder: Path, tokens: int = TOKENS) -> None:
    """An XLM-RoBERTa: pieces of sentences in any language, places counted from two."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import XLMRobertaConfig, XLMRobertaModel, XLMRobertaTokenizer

    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trained = Tokenizer(models.Unigram())
    trained.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=400, special_tokens=special, unk_token=special[3], show_progress=False
    )
    trained.train_from_iterator(ABSTRACTS, trainer)
    vocabulary = [tuple(one) for one in json.loads(trained.to_str())["model"]["vocab"]]
    tokenizer = XLMRobertaTokenizer(vocab=vocabulary, model_max_length=tokens)
    config = XLMRobertaConfig(
        vocab_size=len(tokenizer), max_position_embeddings=tokens + 2, pad_token_id=1, **_SMALL
    )
    _save(folder, XLMRobertaModel(config), tokenizer)


def modernbert(folder: Path, tokens: int = TOKENS) -> None:
    """A ModernBERT: most of its layers look no further than a window."""
    from transformers import ModernBertConfig, ModernBertModel, PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=_byte_pairs(special, "[CLS] $A [SEP]"),
        model_max_length=tokens,
        **{f"{name.lower()[1:-1]}_token": name for name in special},
    )
    config = ModernBertConfig(
        vocab_size=len(tokenizer),
        max_position_embeddings=tokens,
        local_attention=16,
        initializer_cutoff_factor=2.0,
        pad_token_id=0,
        cls_token_id=2,
        sep_token_id=3,
        bos_token_id=2,
        eos_token_id=3,
        **_SMALL | {"num_hidden_layers": 4},
    )
    _save(folder, ModernBertModel(config), tokenizer)


def qwen3(folder: Path, tokens: int = TOKENS) -> None:
    """A Qwen3: looks back only, fills up on the left, and ends each text with a token."""
    from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3Model

    special = ["<|endoftext|>", "<|im_end|>"]
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=_byte_pairs(special, "$A <|endoftext|>"),
        pad_token=special[0],
        eos_token=special[1],
        padding_side="left",
        model_max_length=tokens,
    )
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        max_position_embeddings=tokens,
        num_key_value_heads=2,
        head_dim=8,
        pad_token_id=0,
        **_SMALL,
    )
    _save(folder, Qwen3Model(config), tokenizer)


ARCHITECTURES: Mapping[str, Callable[..., None]] = {
    "BERT": bert,
    "MPNet": mpnet,
    "XLM-RoBERTa": xlm_roberta,
    "ModernBERT": modernbert,
    "Qwen3": qwen3,
}


def sentence_transformer(
    folder: Path,
    base: Path,
    *,
    pooling: str | Sequence[str] = "mean",
    dense: Sequence[tuple[int, str]] = (),
    is_normalised: bool = True,
    tokens: int | None = None,
    **options: Any,
) -> Path:
    """Make one of the encoder in ``base``; gives ``folder``.

    Args:
        folder: To save it in.
        base: Of one of :data:`ARCHITECTURES`.
        pooling: As sentence-transformers calls it.
        dense: Width and activation, ``Tanh`` or ``Identity`` or others, of projections after it.
        is_normalised: Whether its last module makes unit vectors.
        tokens: What it reads; by default what its tokeniser says.
        options: Of ``SentenceTransformer``.
    """
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import (
        Dense,
        Normalize,
        Pooling,
        Transformer,
    )

    from indexer.models.torch_embedder import quiet

    with quiet():
        torch.manual_seed(11)
        modules: list[Any] = [Transformer(str(base), max_seq_length=tokens)]
        modules.append(Pooling(WIDTH, pooling))
        width = modules[-1].get_embedding_dimension()
        for outputs, activation in dense:
            modules.append(
                Dense(width, outputs, activation_function=getattr(torch.nn, activation)())
            )
            width = outputs
        if is_normalised:
            modules.append(Normalize())
        SentenceTransformer(modules=modules, device="cpu", **options).save(str(folder))
    return folder


def _save(folder: Path, model: Any, tokenizer: Any) -> None:
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _word_pieces(special: Sequence[str]) -> dict[str, int]:
    words = sorted({word for text in ABSTRACTS for word in text.lower().split() if word.isalpha()})
    letters = [chr(place) for place in range(33, 127)]
    parts = [*letters, *(f"##{letter}" for letter in letters)]
    return {token: place for place, token in enumerate(dict.fromkeys([*special, *parts, *words]))}


def _byte_pairs(special: Sequence[str], template: str) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500,
        special_tokens=list(special),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(ABSTRACTS, trainer)
    used = [name for name in special if name in template]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=template, special_tokens=[(name, tokenizer.token_to_id(name)) for name in used]
    )
    return tokenizer
