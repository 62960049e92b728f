"""What a model's folder says of it: architecture, size, licence. Nothing is loaded or run.

::

    modules.json          of a sentence-transformers model: where its first module is
    config.json           of that module: architecture and layers
    *.safetensors         their headers say how many parameters there are
    README.md             the model card; its front matter names licence and languages

All of it comes from whoever made the model: read in bounds, and what isn't as expected is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from math import prod
from pathlib import Path

from indexer.models.settings import read_json

_MOST_BYTES = 1 << 20
"""Of a card, which may begin with thousands of lines of results."""
_MOST_FILES = 1_000
_LONGEST = 100
"""Characters of a name."""
_MOST_LANGUAGES = 200
_LAYERS = ("num_hidden_layers", "n_layers", "n_layer", "num_layers")
"""What the architectures call it."""
_FENCE = "---"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a model's folder says of it.

    Attributes:
        architecture: Such as ``BertModel``; empty where unknown.
        layers: Of the transformer.
        parameters: In safetensors; weights in other formats are not opened.
        licence: As on the card, such as ``apache-2.0``; empty where it says none.
        languages: As on the card, such as ``en``.
    """

    architecture: str = ""
    layers: int | None = None
    parameters: int | None = None
    licence: str = ""
    languages: tuple[str, ...] = ()


def read_card(folder: Path) -> Card:
    """What is known of the model in a folder, without raising where something is missing."""
    held = read_json(_first_module(folder) / "config.json")
    config = held if isinstance(held, dict) else {}
    named = config.get("architectures")
    names = named if isinstance(named, list) else []
    front = _front_matter(folder / "README.md")
    own, other = front.get("license", []), front.get("license_name", [])
    return Card(
        architecture=next(_texts([*names, config.get("model_type")]), ""),
        layers=next((found for name in _LAYERS if (found := _count(config.get(name)))), None),
        parameters=_parameters(folder),
        # "other" says nothing; what it is called stands beside it.
        licence=", ".join(other if own in ([], ["other"]) and other else own),
        languages=tuple(front.get("language", [])[:_MOST_LANGUAGES]),
    )


def _first_module(folder: Path) -> Path:
    modules = read_json(folder / "modules.json")
    first = modules[0] if isinstance(modules, list) and modules else None
    path = first.get("path") if isinstance(first, dict) else None
    if isinstance(path, str) and path:
        inner = folder / path
        with suppress(OSError, ValueError):
            if inner.resolve().is_relative_to(folder.resolve()):
                return inner
    return folder


def _text(path: Path) -> str:
    """The beginning of a file, empty where there is none."""
    with suppress(OSError, ValueError), path.open("rb") as file:
        return file.read(_MOST_BYTES).decode("utf-8", "replace")
    return ""


def _texts(values: Iterable[object]) -> Iterator[str]:
    return (value[:_LONGEST] for value in values if isinstance(value, str) and value)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and 0 < value < 1_000_000 else None


def _parameters(folder: Path) -> int | None:
    """Numbers in all safetensors of a folder, by their headers."""
    from safetensors import SafetensorError, safe_open

    found = 0
    try:
        for path in islice(folder.rglob("*.safetensors"), _MOST_FILES):
            with safe_open(path, framework="numpy") as weights:
                found += sum(prod(weights.get_slice(name).get_shape()) for name in weights.keys())  # noqa: SIM118
    except (OSError, ValueError, SafetensorError):
        return None
    return found or None


def _front_matter(path: Path) -> dict[str, list[str]]:
    """The plain values at the top of a card: ``name: value``, or a list in lines of ``- value``.

    This is the part of YAML that the names we want are written in. A reader of all of YAML would
    expand references, which can fill the memory.
    """
    lines = iter(_text(path).splitlines())
    found: dict[str, list[str]] = {}
    if next(lines, "").strip() != _FENCE:
        return found
    values: list[str] = []
    for line in lines:
        if line.rstrip() == _FENCE:
            return found
        if line.lstrip().startswith("- "):
            values.extend(_values(line.lstrip()[2:]))
        elif line[:1].isalpha():
            name, _, rest = line.partition(":")
            values = found.setdefault(name.strip().lower(), [])
            values.extend(_values(rest))
    return {}  # it never ended, so it is no front matter


def _values(text: str) -> Iterator[str]:
    """A value, or those of a list in brackets."""
    text = text.strip()
    inner = text[1:-1].split(",") if text.startswith("[") and text.endswith("]") else [text]
    return _texts(one.strip().strip("'\"") for one in inner)
