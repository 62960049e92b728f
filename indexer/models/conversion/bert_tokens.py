"""The tokeniser of a BERT, as its files have it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.models.conversion.bert_settings import OtherModelError
from indexer.models.tokenizer import tokenizer_from_file

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_MAX_BYTES = 50_000_000
_CLASSES = {"BertTokenizer", "BertTokenizerFast", "PreTrainedTokenizerFast", "TokenizersBackend"}


def bert_tokenizer(folder: Path, settings: dict[str, Any]) -> tuple[Tokenizer, int]:
    """The tokeniser and the token that fills up short texts; raises :class:`OtherModelError`.

    transformers makes a BERT's tokeniser anew from ``tokenizer_config.json`` and the vocabulary in
    ``tokenizer.json``. Where both files say the same, the second is all that it takes.

    Args:
        folder: Of the model.
        settings: What ``tokenizer_config.json`` says.
    """
    path = folder / "tokenizer.json"
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise OtherModelError("its tokenizer.json is too large")
        tokenizer = tokenizer_from_file(path)
    # The library raises plain exceptions.
    except Exception as error:
        raise OtherModelError("its tokenizer.json can't be read") from error
    _require_bert(tokenizer, settings)
    pad = tokenizer.token_to_id(_token(settings, "pad_token", "[PAD]"))
    if pad is None:
        raise OtherModelError("its tokeniser has no token for padding")
    return tokenizer, pad


def _require_bert(tokenizer: Tokenizer, settings: dict[str, Any]) -> None:
    tokenizer.no_padding()
    tokenizer.no_truncation()
    made = json.loads(tokenizer.to_str())
    wanted = {
        "type": "BertNormalizer",
        "clean_text": True,
        "handle_chinese_chars": settings.get("tokenize_chinese_chars", True),
        "strip_accents": settings.get("strip_accents"),
        "lowercase": settings.get("do_lower_case", True),
    }
    ends = [_token(settings, "cls_token", "[CLS]"), _token(settings, "sep_token", "[SEP]")]
    if (
        made["model"].get("type") != "WordPiece"
        or made["normalizer"] != wanted
        or made["pre_tokenizer"] != {"type": "BertPreTokenizer"}
        or settings.get("tokenizer_class", "BertTokenizer") not in _CLASSES
        or settings.get("truncation_side", "right") != "right"
        or tokenizer.encode("").tokens != ends
    ):
        raise OtherModelError("its tokeniser is not a usual one of BERT")


def _token(settings: dict[str, Any], name: str, usual: str) -> str:
    token = settings.get(name, usual)
    return str(token["content"] if isinstance(token, dict) and "content" in token else token)
