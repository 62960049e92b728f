"""How a question is rewritten with what the papers write: spelling, abbreviations.

Nothing of this happens to what was asked for literally.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from indexer.snapshot import Snapshot
from search.query.language_hint import is_foreign
from search.query.parser import Query
from search.query.respelling import respelling
from search.ranking.abbreviations import half_weight, long_forms_of, short_forms_of, spelt_out
from search.ranking.spelling import as_written, protected, respelt


@dataclass(frozen=True, slots=True)
class RewrittenQuery:
    """A question as it is looked up.

    Attributes:
        query: With words that papers write.
        meant: The text that is embedded.
        sought: The text whose words are looked up.
        told: What was read into it, by name, for ``understood``.
        notes: What the reader of the answer should know.
    """

    query: Query
    meant: str
    sought: str
    told: Mapping[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def as_typed(query: Query) -> RewrittenQuery:
    """A question as it is."""
    return RewrittenQuery(query, query.text, query.text)


def rewritten(snapshot: Snapshot, query: Query) -> RewrittenQuery:
    """A question with its misspelt words mended and its abbreviations spelt out."""
    if not snapshot.glossary or query.id or is_foreign(query.text):
        return as_typed(query)
    query, better = respelt(snapshot, query)
    kept = protected(query)
    long = long_forms_of(snapshot, query.text, kept)
    short = short_forms_of(snapshot, query.text, kept)
    told: dict[str, object] = {}
    if better:
        told |= {"text": query.text, "spelling": better}
    if long or short:
        told["abbreviations"] = {each.typed: list(each.forms) for each in long} | {
            each.typed: [as_written(snapshot, form, form) for form in each.forms] for each in short
        }
    notes = (respelling(better),) if better else ()
    return RewrittenQuery(
        query,
        spelt_out(query.text, long, short),
        half_weight(snapshot, query.text, long, short),
        told,
        notes,
    )
