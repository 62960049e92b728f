"""What a title says of a retraction: that its paper was retracted, or that it is a notice.

Publishers put the word before or behind the title of a retracted paper; a notice that retracts or
corrects another paper is a record of its own.
"""

from __future__ import annotations

import re

_BEFORE = re.compile(
    r"\s*(?:\[\s*retracted(?:\s+\w+)?\s*\]|retracted(?:\s+(?:article|paper|chapter))?\s*[:\-–—])\s*",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"\s*[(\[]\s*retracted\b[^()\[\]]{0,200}[)\]]\s*$", re.IGNORECASE)
_NOTICE = re.compile(
    r"\W{0,3}(?:(?:notice|statement)\s+of\s+)?(?:(?:partial\s+)?retraction|expression\s+of\s+concern|"
    r"correction|erratum|errata|corrigendum|corrigenda|addendum|publisher\s+correction|"
    r"author\s+correction|removal\s+notice|withdrawal\s+notice)"
    r"(?:\s+(?:notice|note|statement))?(?:\s+(?:to|of|on|for)\b|\s*:|\s+[-–—]\s)",
    re.IGNORECASE,
)
_LONGEST = 5_000


def says_retracted(title: str) -> bool:
    """Whether a title says that the paper was retracted, as in ``RETRACTED ARTICLE: Toys``."""
    return plain_title(title) != title


def plain_title(title: str) -> str:
    """The title without the word that it was retracted; as it is where nothing else would stay."""
    if "retracted" not in title.lower() or len(title) > _LONGEST:
        return title
    begun = _BEFORE.match(title)
    bare = _BEHIND.sub("", title[begun.end() :] if begun else title)
    return bare if bare.strip() else title


def is_notice(title: str) -> bool:
    """Whether a title is that of a notice: ``Retraction: Toys``, ``Erratum to: Toys``."""
    return _NOTICE.match(title) is not None
