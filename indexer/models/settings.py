"""What a model's own files say of it: settings in JSON, and the prompts among them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexer.errors import ModelError

_MAX_BYTES = 16_000_000  # of one settings file; some list thousands of tokens

_QUERIES = (
    *("query", "search_query", "retrieval.query", "retrieval_query", "Retrieval-query"),
    *("s2p_query", "web_search_query"),
)
_DOCUMENTS = (
    *("document", "passage", "corpus", "search_document", "retrieval.passage"),
    *("retrieval_document", "Retrieval-document"),
)
"""What makers call the prompts for searching. The first that isn't blank is taken:
sentence-transformers itself adds a blank ``document`` to every model."""


def read_json(path: Path) -> Any:  # noqa: ANN401 - whoever asks checks what it is
    """What a JSON file holds; ``None`` where there is none that can be read."""
    try:
        with path.open("rb") as file:
            return json.loads(file.read(_MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return None


def read_settings(path: Path) -> dict[str, Any]:
    """The object in a JSON file; empty where there is no file.

    Raises ``ModelError`` for a file that holds none: without its settings a model would run wrong.
    """
    settings = read_json(path)
    if isinstance(settings, dict):
        return settings
    if path.exists():
        raise ModelError(f"{path}: not readable as settings of a model; fetch the model again")
    return {}


def needs_code(folder: Path) -> bool:
    """Whether a model's files name Python code of its own, which is never run."""
    if "auto_map" in read_settings(folder / "config.json"):
        return True
    modules = read_json(folder / "modules.json")
    try:
        return not all(str(one["type"]).startswith("sentence_transformers.") for one in modules)
    except (TypeError, KeyError):
        return False


def search_prompts(prompts: object) -> tuple[str, str]:
    """Of a model's ``prompts`` those for a question and for a paper; empty where it has none."""
    named = prompts if isinstance(prompts, Mapping) else {}
    return _first(named, _QUERIES), _first(named, _DOCUMENTS)


def _first(prompts: Mapping[object, object], names: tuple[str, ...]) -> str:
    found = (prompts.get(name) for name in names)
    return next((text for text in found if isinstance(text, str) and text), "")
