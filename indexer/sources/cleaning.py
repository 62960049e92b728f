"""Records of any format made readable: mark-up to text, and what only says "nothing" to nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping

from indexer.papers.paper import FIELD_NAMES, TEXT_NAMES
from indexer.sources.reading.markup import plain

_ABSTRACT = TEXT_NAMES - {"title"}
_AUTHORS = frozenset(("authors", "author"))
_NEVER_MISSING = FIELD_NAMES - _ABSTRACT
_PRINTED = TEXT_NAMES | _AUTHORS | {"venue", "journal", "journal_ref", "booktitle"}
_AS_IT_IS = FIELD_NAMES - _PRINTED
_LONGEST = 160
"""Characters of the longest text that stands where an abstract is missing."""
_MISSING = re.compile(
    r"\W*(?:"
    r"(?:there is |this \w+ has )?no (?:\w+ )?(?:abstract|summary)"
    r"(?: (?:is |was |has been )?(?:currently )?"
    r"(?:available|provided|supplied|given|present|found))?"
    r"(?: (?:for|in) (?:this|the) [\w ]+)?"
    r"|(?:an |the )?(?:abstract|summary)(?: (?:for|of) (?:this|the) \w+)?"
    r" (?:is |was )?(?:currently )?(?:not|un) ?(?:yet )?"
    r"(?:available|provided|supplied|given|found|present)"
    r"(?: (?:for|in) (?:this|the) [\w ]+)?"
    r"(?: so a preview (?:has been|is) provided.{0,60})?"
    r"|(?:abstract|summary) (?:is )?missing|without abstract|not available|unavailable"
    r"|nan|null|none|nil|n ?/ ?a|na|undefined|unknown|not applicable"
    r"|international audience"
    r"|kein(?:e)? (?:abstract|zusammenfassung)(?: verf[uü]gbar| vorhanden)?"
    r"|(?:pas de|sans|aucun) r[eé]sum[eé](?: disponible)?|r[eé]sum[eé] (?:non|in)disponible"
    r"|(?:sin|no hay) resumen(?: disponible)?|resumen no disponible"
    r"|(?:sem|n[aã]o h[aá]) resumo|resumo (?:n[aã]o dispon[ií]vel|indispon[ií]vel)"
    r"|нет аннотации|аннотация отсутствует|(?:暂无|无)摘要|摘要なし|抄録なし"
    r")?\W*",
    re.IGNORECASE,
)


def readable(fields: Mapping[str, object]) -> Mapping[str, object]:
    """The fields of a record with its texts as people read them.

    The same object where nothing is to be done, which for most records is told at a glance.
    """
    changed: dict[str, object] = {}
    for key, value in fields.items():
        if key in _AS_IT_IS:
            continue
        if isinstance(value, str):
            marked = "<" in value or "&" in value
            if marked or (len(value) < _LONGEST and key not in _NEVER_MISSING):
                name = _name(key)
                text = plain(value) if marked and name in _PRINTED else value
                if name in _ABSTRACT and len(text) < _LONGEST and _MISSING.fullmatch(text):
                    text = ""
                if text is not value:
                    changed[key] = text
        elif isinstance(value, list) and value and _name(key) in _AUTHORS and _is_marked(value):
            changed[key] = [_author(author) for author in value]
    return {**fields, **changed} if changed else fields


def _is_marked(values: list[object]) -> bool:
    """Whether some of the names may hold mark-up; told without a look at each of them."""
    try:
        names = [one["name"] if isinstance(one, dict) else one for one in values]
        text = "".join(names)  # type: ignore[arg-type]
    except (TypeError, KeyError):
        return True
    return "<" in text or "&" in text


def _name(key: str) -> str:
    return key.strip().lower().replace(" ", "_").replace("-", "_")


def _author(author: object) -> object:
    if isinstance(author, str):
        return plain(author)
    if isinstance(author, Mapping) and isinstance(name := author.get("name"), str):
        return {**author, "name": plain(name)}
    return author
