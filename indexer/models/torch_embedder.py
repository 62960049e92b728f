"""A sentence-transformer under torch: for conversion, and for models that don't convert."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from indexer.errors import ModelError
from indexer.models.cache import Facts, cache_folder
from indexer.models.checksums import model_hashes
from indexer.models.choice import Choice
from indexer.models.embedder import Encoded, Model, Vectors, unit_rows
from indexer.models.hub import ModelFolder
from indexer.models.openvino_embedder import batches
from indexer.models.settings import needs_code, search_prompts
from indexer.models.tokenizer import MAX_CHARACTERS, TokenReader, readable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = 32
AS_IT_IS = Choice()


def load_torch(
    folder: ModelFolder,
    device: str = "cpu",
    choice: Choice = AS_IT_IS,
    tokens: int | None = None,
) -> TorchEmbedder:
    """The embedder of a model as sentence-transformers runs it on a device.

    ``tokens`` is as for :class:`TorchEmbedder`.

    Raises:
        ModelError: It can't be loaded, or its weights are not what they must be.
    """
    weights = model_hashes(folder, cache_folder()).weights
    with quiet():
        transformer = load_transformer(folder, device)
        return TorchEmbedder(
            transformer,
            choice.facts(facts_of(transformer, "f32"), folder.name),
            name=folder.name,
            revision=folder.revision,
            weights_sha256=weights,
            tokens=tokens,
        )


class TorchEmbedder:
    """``SentenceTransformer.encode``; calls from several threads take turns.

    Args:
        transformer: In fp32.
        facts: Of it.
        name: As in :class:`~indexer.models.embedder.Model`, like the next two.
        revision: Likewise.
        weights_sha256: Likewise.
        tokens: Padded tokens in a batch; without it, a batch is a fixed number of texts.
    """

    def __init__(
        self,
        transformer: SentenceTransformer,
        facts: Facts,
        *,
        name: str,
        revision: str = "",
        weights_sha256: str = "",
        tokens: int | None = None,
    ) -> None:
        self._tokens = tokens
        self._transformer = transformer
        self._reader = _token_reader(transformer, facts)
        # Its tokenizer refuses to be used by two threads at once.
        self._turn = threading.Lock()
        self._model = Model(
            name=name,
            revision=revision,
            weights_sha256=weights_sha256,
            dimension=facts.dimension,
            pooling=facts.pooling,
            query_prefix=facts.query_prefix,
            document_prefix=facts.document_prefix,
            max_tokens=facts.max_tokens,
            runtime="torch",
            precision=facts.precision,
        )

    @property
    def model(self) -> Model:
        """What the vectors depend on."""
        return self._model

    @property
    def device(self) -> str:
        """What computes, such as ``cpu`` or ``cuda:0``."""
        return str(self._transformer.device)

    def encode_documents(self, texts: Sequence[str]) -> Encoded:
        """Vectors of ``n`` texts, in their order."""
        prompt, encode = self._model.document_prefix, self._transformer.encode_document
        if self._reader is None:
            truncated = np.array([len(text) > MAX_CHARACTERS for text in texts], bool)
            return Encoded(self._encode(encode, texts, prompt), truncated)
        read = self._reader.read([prompt + text for text in texts])
        truncated = np.array([one.truncated for one in read], bool)
        if self._tokens is None:
            return Encoded(self._encode(encode, texts, prompt), truncated)
        rows = np.empty((len(texts), self._model.dimension), np.float32)
        for batch in batches([len(one.ids) for one in read], self._tokens):
            rows[batch] = self._encode(encode, [texts[place] for place in batch], prompt)
        return Encoded(rows, truncated)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of ``n`` questions, in their order."""
        return self._encode(self._transformer.encode_query, texts, self._model.query_prefix)

    def to_bf16(self) -> None:
        """Compute in 16 bits from now on."""
        self._transformer.bfloat16()
        self._model = replace(self._model, precision="bf16")

    def _encode(self, encode: Callable[..., Vectors], texts: Sequence[str], prompt: str) -> Vectors:
        with self._turn:
            rows = encode(
                [readable(text) for text in texts],
                prompt=prompt,
                # Texts were put together by their tokens where a reader could count these.
                batch_size=max(1, len(texts)) if self._tokens and self._reader else _BATCH,
                show_progress_bar=False,
            )
        kept = self._model.dimension
        return unit_rows(np.array([row[:kept] for row in rows]).reshape(-1, kept))


def load_transformer(folder: ModelFolder, device: str = "cpu") -> SentenceTransformer:
    """The ``SentenceTransformer`` in fp32; raises ``ModelError``. Call it quietly."""
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer

    try:
        # Nothing in the folder is run as code, nothing is fetched.
        loaded = SentenceTransformer(str(folder.path), device=device, local_files_only=True)
    except (
        *(OSError, ValueError, TypeError, LookupError, AttributeError),
        *(RuntimeError, ImportError, SafetensorError),
    ) as error:
        if needs_code(folder.path):
            raise ModelError(
                f"{folder.name} needs code of its own, which nearpaper doesn't run; give --model "
                "another model"
            ) from error
        raise ModelError(
            f"the model in {folder.path} can't be loaded ({first_line(error)}); check that it is a "
            "complete sentence-transformers model"
        ) from error
    return loaded.float().eval()


def require_torch(folder: ModelFolder, reason: str) -> None:
    """Raise ``ModelError`` where a model can't be run without torch, and it isn't installed.

    Args:
        folder: Of the model.
        reason: Why it needs torch.
    """
    missing = [name for name in ("torch", "transformers", "sentence_transformers") if _lacks(name)]
    if missing:
        raise ModelError(
            f"the model {folder.name} needs PyTorch ({reason}), and {missing[0]} is not installed; "
            "run: pip install sentence-transformers"
        )


def _lacks(package: str) -> bool:
    try:
        return find_spec(package) is None
    except (ImportError, ValueError):  # it has been blocked
        return True


def facts_of(transformer: SentenceTransformer, precision: str) -> Facts:
    """What has to be known of a ``SentenceTransformer`` to run it elsewhere."""
    tokenizer = getattr(transformer, "tokenizer", None)
    query, document = search_prompts(transformer.prompts)
    return Facts(
        dimension=int(transformer.get_embedding_dimension()),
        pooling=_pooling(transformer),
        query_prefix=query,
        document_prefix=document,
        max_tokens=_max_tokens(transformer),
        pad_id=int(getattr(tokenizer, "pad_token_id", 0) or 0),
        precision=precision,
    )


def _pooling(transformer: SentenceTransformer) -> str:
    for module in transformer:
        mode = getattr(module, "pooling_mode", None)
        if mode is not None:
            return mode if isinstance(mode, str) else ",".join(mode)
    return ""


def _max_tokens(transformer: SentenceTransformer) -> int:
    length = transformer.get_max_seq_length()
    # A text has no more tokens than characters, so this means "no limit but ours".
    return int(min(length, MAX_CHARACTERS)) if length else MAX_CHARACTERS


def _token_reader(transformer: SentenceTransformer, facts: Facts) -> TokenReader | None:
    tokenizer = getattr(transformer.tokenizer, "backend_tokenizer", None)
    if tokenizer is None:
        return None
    # A copy: the model's own has its settings changed at every call.
    return TokenReader(
        type(tokenizer).from_str(tokenizer.to_str()),
        max_tokens=facts.max_tokens,
        pad_id=facts.pad_id,
    )


def first_line(error: BaseException) -> str:
    """What an exception says, in one line of at most 200 characters."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)[:200]


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers and torch from writing to the terminal."""
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
