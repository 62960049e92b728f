"""Text to token ids, as the model's own tokeniser does it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAX_CHARACTERS = 100_000
"""Of one text; what stands after them is not read, whatever the model."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """One text as the model reads it.

    Attributes:
        ids: At least one, at most ``max_tokens``, special tokens included.
        truncated: The text had more.
    """

    ids: list[int]
    truncated: bool


class TokenReader:
    """A tokeniser that cuts at ``max_tokens``. Safe to use from many threads."""

    def __init__(self, tokenizer: Tokenizer, *, max_tokens: int, pad_id: int) -> None:
        tokenizer.no_padding()
        tokenizer.enable_truncation(max_tokens)
        self._tokenizer = tokenizer
        self._pad_id = pad_id

    def read(self, texts: Sequence[str]) -> list[Tokens]:
        """The tokens of each text; any string will do."""
        encodings = self._tokenizer.encode_batch([readable(text) for text in texts])
        return [
            Tokens(
                encoding.ids or [self._pad_id],
                bool(encoding.overflowing) or len(text) > MAX_CHARACTERS,
            )
            for encoding, text in zip(encodings, texts, strict=True)
        ]


def readable(text: str) -> str:
    """``text`` cut at a sane length and without lone surrogates, which no tokeniser takes."""
    return text[:MAX_CHARACTERS].encode(errors="replace").decode()


def tokenizer_from_file(path: Path) -> Tokenizer:
    """The tokeniser saved at ``path``, which must be known to be undamaged."""
    # One thread keeps up with the model, and forking later stays safe and silent.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(path))
