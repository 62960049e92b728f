"""What was asked, checked and cleaned before anything is looked up."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from indexer.errors import UsageError
from indexer.papers.ids import normalise_id
from indexer.papers.paper import Paper
from search.limits import MAX_IDS, MAX_LIBRARY, MAX_LOOKUP, MAX_QUESTION


def checked_text(name: str, value: object) -> str:
    """A value that must be text, as no type checker has seen; raises ``UsageError``."""
    if not isinstance(value, str):
        raise UsageError(f"{name} {value!r}: must be text; write it in quotes")
    return value


def checked_question(text: str) -> str:
    """A question with its white space folded and its accents composed; raises ``UsageError``."""
    checked_text("question", text)
    if len(text) > MAX_QUESTION:
        raise UsageError(f"the question has {len(text)} characters: at most {MAX_QUESTION}")
    # macOS and PDFs give a letter and its accent apart.
    folded = " ".join(unicodedata.normalize("NFC", whole_characters(text)).split())
    if not folded:
        raise UsageError("the question is empty; ask in plain words")
    return folded


def whole_characters(text: str) -> str:
    """A text with ``?`` for half a surrogate pair, as a broken client sends it."""
    return text.encode("utf-8", "replace").decode()


def checked_library(papers: Sequence[Paper]) -> Sequence[Paper]:
    """Papers of a library; raises ``UsageError``."""
    if not 1 <= len(papers) <= MAX_LIBRARY:
        raise UsageError(f"a library of {len(papers)} papers: must be from 1 to {MAX_LIBRARY}")
    return papers


def checked_ids(ids: Sequence[str]) -> list[str]:
    """Normalised ids without repeats, also of one id alone; raises ``UsageError``."""
    ids = _each(ids)
    if len(ids) > MAX_IDS:
        raise UsageError(f"{len(ids)} papers given: at most {MAX_IDS}")
    try:
        return list(dict.fromkeys(normalise_id(id)[0] for id in ids))
    except ValueError as error:
        raise UsageError(f"not a paper's id: {error}") from error


def lookup_ids(ids: Sequence[str]) -> list[str]:
    """Normalised ids in their order, empty for what is none; raises ``UsageError``."""
    ids = _each(ids)
    if len(ids) > MAX_LOOKUP:
        raise UsageError(f"{len(ids)} papers asked for: at most {MAX_LOOKUP}")
    names = []
    for id in ids:
        try:
            names.append(normalise_id(id)[0])
        except ValueError:
            names.append("")
    return names


def _each(ids: Sequence[str]) -> list[str]:
    """A text alone is one id, and not a sequence of letters."""
    return [checked_text("id", id) for id in ([ids] if isinstance(ids, str) else ids)]
