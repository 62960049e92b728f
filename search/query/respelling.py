"""What an answer says of words that were put in the place of misspelt ones."""

from __future__ import annotations

from collections.abc import Mapping


def respelling(better: Mapping[str, str]) -> str:
    """One line, given what was taken for what was typed."""
    shown, typed = (" and ".join(words) for words in (better.values(), better))
    return f"showing results for {shown}; search for {typed} instead with --literal (literal=true)"
