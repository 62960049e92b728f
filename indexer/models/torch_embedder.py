"""A sentence-transformer under torch: for conversion, and for models that don't convert."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ModelError
from indexer.models.cache import Facts, cache_folder
from indexer.models.checksums import model_hashes
from indexer.models.embedder import Encoded, Model, Vectors, unit_rows
from indexer.models.hub import ModelFolder
from indexer.models.tokenizer import MAX_CHARACTERS, TokenReader, readable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = 32


def load_torch(folder: ModelFolder, device: str = "cpu") -> TorchEmbedder:
    """The embedder of a model as sentence-transformers runs it on a device.

    Raises:
        ModelError: It can't be loaded, or its weights are not what they must be.
    """
    weights = model_hashes(folder, cache_folder()).weights
    with quiet():
        transformer = load_transformer(folder, device)
        return TorchEmbedder(
            transformer, name=folder.name, revision=folder.revision, weights_sha256=weights
        )


class TorchEmbedder:
    """``SentenceTransformer.encode`` in fp32; calls from several threads take turns."""

    def __init__(
        self,
        transformer: SentenceTransformer,
        *,
        name: str,
        revision: str = "",
        weights_sha256: str = "",
    ) -> None:
        facts = facts_of(transformer, "f32")
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

    def encode_documents(self, texts: Sequence[str]) -> Encoded:
        """Vectors of ``n`` texts, in their order."""
        rows = self._encode(self._transformer.encode_document, texts)
        return Encoded(rows, self._truncated(texts))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of ``n`` questions, in their order."""
        return self._encode(self._transformer.encode_query, texts)

    def _encode(self, encode: Callable[..., Vectors], texts: Sequence[str]) -> Vectors:
        with self._turn:
            rows = encode(
                [readable(text) for text in texts],
                batch_size=_BATCH,
                show_progress_bar=False,
                normalize_embeddings=True,
            )
        return unit_rows(np.asarray(rows).reshape(len(texts), self._model.dimension))

    def _truncated(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        if self._reader is None:
            return np.array([len(text) > MAX_CHARACTERS for text in texts], bool)
        tokens = self._reader.read([self._model.document_prefix + text for text in texts])
        return np.array([one.truncated for one in tokens], bool)


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
        raise ModelError(
            f"the model in {folder.path} can't be loaded ({first_line(error)}); check that it is a "
            "complete sentence-transformers model"
        ) from error
    return loaded.float().eval()


def facts_of(transformer: SentenceTransformer, precision: str) -> Facts:
    """What has to be known of a ``SentenceTransformer`` to run it elsewhere."""
    tokenizer = getattr(transformer, "tokenizer", None)
    prompts = transformer.prompts
    documents = [prompts[name] for name in ("document", "passage", "corpus") if name in prompts]
    default = prompts.get(transformer.default_prompt_name, "")
    return Facts(
        dimension=int(transformer.get_embedding_dimension()),
        pooling=_pooling(transformer),
        query_prefix=prompts.get("query", default),
        document_prefix=documents[0] if documents else default,
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
