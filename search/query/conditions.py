"""What a question and its filters demand, one by one and in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from indexer.where import Not, Phrase, Retracted, TextField, Where
from search.query.filters import Filters
from search.query.parser import Query, Stems


@dataclass(frozen=True, slots=True)
class Condition:
    """One demand.

    Attributes:
        where: The papers that meet it.
        named: What it is called: "category cs.CL".
        unmet: What to say where no paper meets it: "no paper has category zzz".
    """

    where: Where
    named: str
    unmet: str


def conditions(query: Query | None, filters: Filters, stems: Stems) -> Iterator[Condition]:
    """All demands of a question, if there is one, and of the filters beside it."""
    for each in (*(query.filters if query else ()), filters):
        yield from _of_filters(each)
    if query is None:
        return
    for phrase in filter(stems, query.phrases):
        where = Phrase(("title", "abstract"), phrase)
        yield Condition(where, f"the phrase “{phrase}”", f"no paper contains “{phrase}”")
    fields: tuple[tuple[TextField, tuple[str, ...]], ...] = (
        ("title", query.titles),
        ("abstract", query.abstracts),
    )
    for field, phrases in fields:
        for phrase in filter(stems, phrases):
            named = f"“{phrase}” in the {field}"
            yield Condition(Phrase((field,), phrase), named, f"no paper has {named}")
    for phrase in filter(stems, query.excluded):
        held = Phrase(("title", "abstract"), phrase)
        named = f"leaving out “{phrase}”"
        yield Condition(Not(held), named, f"every paper contains “{phrase}”")


def _of_filters(filters: Filters) -> Iterator[Condition]:
    if period := period_in_words(filters):
        dates = Filters(after=filters.after, before=filters.before)
        yield Condition(dates.where(), f"the dates ({period})", f"no paper is {period}")
    lists = (
        (Filters(categories=filters.categories), filters.categories, "category", "has category"),
        (Filters(authors=filters.authors), filters.authors, "author", "is by"),
        (Filters(venues=filters.venues), filters.venues, "venue", "is from venue"),
    )
    for alone, values, called, verb in lists:
        if values:
            either = " or ".join(values)
            yield Condition(alone.where(), f"{called} {either}", f"no paper {verb} {either}")
    if filters.retracted == "only":
        named, unmet = "the limit to retracted ones", "no paper is known as retracted"
        yield Condition(Retracted(), named, unmet)
    elif filters.retracted == "none":
        named, unmet = "leaving out retracted ones", "every paper is known as retracted"
        yield Condition(Not(Retracted()), named, unmet)


def period_in_words(filters: Filters) -> str:
    """Such as "from 2019 to 2021"; empty where any date will do."""
    after, before = filters.after, filters.before
    if after == before:
        return f"from {after}" if after else ""
    if after and before:
        return f"from {after} to {before}"
    return f"from {after} on" if after else f"from {before} or earlier"
