"""Converted models in the user's cache: written whole, hashed, made by one process at a time.

::

    $NEARPAPER_CACHE, else the user's cache folder
      hashes/…json              what a model's files hash to
      models/NAME.lock          held while NAME is made
      models/NAME/model.json    what is known of the model, and the hashes of the files beside it
                  model.xml, model.bin, tokenizer.json
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

from indexer.errors import StorageError, storage_error
from indexer.files import acquire_lock, sha256_of

GRAPH = "model.xml"
WEIGHTS = "model.bin"
TOKENIZER = "tokenizer.json"
_FACTS = "model.json"
FILES = (GRAPH, WEIGHTS, TOKENIZER, _FACTS)
"""Of a converted model, wherever it is kept."""

_LOG = logging.getLogger("nearpaper")


class DamagedError(Exception):
    """A converted model's files are not what was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What has to be known of a converted model to run it, without asking torch.

    Attributes:
        dimension: Length of a vector.
        pooling: How token vectors became one.
        query_prefix: Put before a question.
        document_prefix: Put before a paper's text.
        max_tokens: What the model reads, special tokens included.
        pad_id: Token that fills up short texts.
        precision: The lowest one that kept the vectors (``bf16`` or ``f32``), or that of the
            weights (``int8-dynamic`` or ``int8``).
    """

    dimension: int
    pooling: str
    query_prefix: str
    document_prefix: str
    max_tokens: int
    pad_id: int
    precision: str


@dataclass(frozen=True, slots=True)
class Converted:
    """A converted model whose files have just been checked.

    Attributes:
        folder: Holds :data:`GRAPH`, :data:`WEIGHTS` and :data:`TOKENIZER`.
        facts: See there.
        sha256: Of the files' hashes together.
    """

    folder: Path
    facts: Facts
    sha256: str


def cache_folder() -> Path:
    """``$NEARPAPER_CACHE``, else the user's cache folder; need not exist."""
    chosen = os.environ.get("NEARPAPER_CACHE")
    if chosen:
        return Path(chosen).absolute()
    from platformdirs import user_cache_path

    return user_cache_path("nearpaper", appauthor=False)


def converted_model(cache: Path, name: str, make: Callable[[Path], Facts]) -> Converted:
    """The model ``name`` out of the cache, made first where it is missing or damaged.

    Args:
        cache: See :func:`cache_folder`.
        name: Of the folder, different for whatever would convert to something else.
        make: Writes the three files into the folder it is given. What it raises passes through.
    """
    folder = cache / "models" / name
    if folder.exists():
        try:
            return checked(folder)
        except DamagedError as error:
            _LOG.warning("%s is damaged (%s); it is made again", folder, error)
    try:
        return _made(folder, make)
    except OSError as error:
        reason = storage_error(error, cache)
        raise StorageError(f"{reason}, or set NEARPAPER_CACHE to another folder") from error


def kept_model(cache: Path, name: str) -> Converted | None:
    """The model ``name`` out of the cache, if it is there and whole."""
    try:
        return checked(cache / "models" / name)
    except DamagedError:
        return None


def _made(folder: Path, make: Callable[[Path], Facts]) -> Converted:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with acquire_lock(folder.with_name(f"{folder.name}.lock")):
        try:
            # Another process may have been first.
            return checked(folder)
        except DamagedError:
            _remove_leftovers(folder)
        fresh = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
        try:
            _write_facts(fresh, make(fresh))
            _replace(folder, fresh)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return checked(folder)


def _remove_leftovers(folder: Path) -> None:
    """Of processes that were killed; whoever holds the lock is the only one at work here."""
    for path in folder.parent.glob(f"{folder.name}.*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)


def _replace(folder: Path, fresh: Path) -> None:
    # Processes that have the old files open or mapped keep them.
    old = fresh.with_name(f"{fresh.name}.old")
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _write_facts(folder: Path, facts: Facts) -> None:
    hashes = {name: sha256_of(folder / name) for name in (GRAPH, WEIGHTS, TOKENIZER)}
    content = {"files": hashes, "facts": asdict(facts)}
    sealed = json.dumps({"sha256": _seal(content), "content": content})
    (folder / _FACTS).write_text(sealed, encoding="utf-8")


def checked(folder: Path) -> Converted:
    """The converted model in ``folder``; raises ``DamagedError`` unless it is what was written."""
    try:
        kept = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        content = kept["content"]
        if kept["sha256"] != _seal(content):
            raise DamagedError(f"{_FACTS} has changed")
        for name in (GRAPH, WEIGHTS, TOKENIZER):
            if sha256_of(folder / name) != content["files"][name]:
                raise DamagedError(f"{name} has changed")
        return Converted(folder, _facts(content["facts"]), _seal(content["files"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedError(f"{type(error).__name__}: {error}") from error


def _facts(kept: dict[str, Any]) -> Facts:
    return Facts(**{field.name: kept[field.name] for field in fields(Facts)})


def _seal(content: object) -> str:
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
