"""What was asked, checked and cleaned before anything is looked up."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.errors import UsageError
from indexer.paper import normalise_id
from search.answer import MAX_IDS, MAX_QUESTION


def asked_question(text: str) -> str:
    """A question with its white space folded; raises ``UsageError``."""
    if len(text) > MAX_QUESTION:
        raise UsageError(f"the question is {len(text)} characters long: at most {MAX_QUESTION}")
    # Half a surrogate pair, as a broken client sends it, is no character.
    folded = " ".join(text.encode("utf-8", "replace").decode().split())
    if not folded:
        raise UsageError("the question is empty; ask in plain words")
    return folded


def asked_ids(ids: Sequence[str]) -> list[str]:
    """Normalised ids without repeats; raises ``UsageError``."""
    if not 1 <= len(ids) <= MAX_IDS:
        raise UsageError(f"{len(ids)} papers given: must be from 1 to {MAX_IDS}")
    try:
        return list(dict.fromkeys(normalise_id(id)[0] for id in ids))
    except ValueError as error:
        raise UsageError(f"not a paper's id: {error}") from error
