"""One record at a time: whatever it holds costs none but itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from indexer.sources.reading.raw import Bad, Raw

UNFORESEEN = "can't be read"
"""How the reason begins where a reader met what it wasn't made for."""


def attempt(line: int, text: str | bytes, fields: Callable[[], Mapping[str, object]]) -> Raw | Bad:
    """A record with its fields, or why there are none.

    Args:
        line: On which it begins.
        text: As it stands in the input.
        fields: Makes them; raises ``ValueError`` with a reason where it can't.
    """
    try:
        return Raw(line, text, fields())
    except ValueError as error:
        return Bad(line, text, str(error))
    except Exception as error:
        # A mistake of ours, which must not cost the records before and behind.
        return Bad(line, text, f"{UNFORESEEN} ({type(error).__name__}); please report it")
