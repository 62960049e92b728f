"""Values that narrow a search, with the number of results, and links that remove a filter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api.pages.form import FIELDS, SearchForm, label
from api.pages.year_bars import Bar, bars
from api.wording import date_range, heard
from indexer.papers.paper import Paper
from search.answer.answer import Answer
from search.limits import MAX_VALUE

MOST = 6
"""Values of one field."""
_CHIP = 48
"""Characters of a title on a chip."""
_LISTS = tuple(name for name, field in FIELDS.items() if field.repeatable)


@dataclass(frozen=True, slots=True)
class ChosenLink:
    """A paper or text that results are to be like (``+``) or unlike (``−``), and the way back."""

    sign: str
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class FilterLink:
    """What a link says and where it leads."""

    text: str
    address: str


def narrowings(form: SearchForm, answer: Answer) -> dict[str, list[tuple[str, int]]]:
    """The most frequent values by field, with the number of papers, to add as a filter.

    A page has them as buttons of its form: as links they would repeat the question 18 times.
    Values that every paper has narrow nothing. Neither does a second value of a filtered field,
    since any of its values will do: such a field is left out until its filter is removed.
    """
    found = {field: _useful(answer, field) for field in _LISTS if not form.values(field)}
    return {field: values for field, values in found.items() if values}


def years(form: SearchForm, answer: Answer) -> list[Bar]:
    """The papers by year, each year as a link that keeps to it."""
    return bars(answer.facets.get("year", {}), lambda year: _in_year(form, year).address())


def chosen_papers(form: SearchForm, papers: Mapping[str, Paper]) -> list[ChosenLink]:
    """What a search for similar papers starts from, each as a link to the search without it."""
    if form.q:
        return []
    text = [ChosenLink("+", f"“{shortened(form.text)}”", _rest(form, ""))] if form.text else []
    signs = (("+", form.similar), ("−", form.unlike))
    named = [(sign, id, papers.get(id)) for sign, ids in signs for id in dict.fromkeys(ids)]
    return [
        *text,
        *(
            ChosenLink(sign, shortened(paper.title if paper else id) or id, _rest(form, id))
            for sign, id, paper in named
        ),
    ]


def shortened(text: str) -> str:
    """The beginning of a text, for a chip."""
    return text if len(text) <= _CHIP else text[: _CHIP - 1].rstrip() + "…"


def _rest(form: SearchForm, id: str) -> str:
    """The search without a paper; the start page where there is nothing left to be near to."""
    rest = form.without(id)
    return rest.address() if rest.similar or rest.text else "/"


def removals(form: SearchForm, answer: Answer) -> list[FilterLink]:
    """The filters that are set, each as a link to the same search without it.

    So are the words that were read as authors and times.
    """
    read = (
        [FilterLink(f"“{words}”", form.but(literal="1").address())]
        if (words := heard(answer.understood))
        else []
    )
    return [*read, *(FilterLink(text, rest.address()) for text, rest in _set(form))]


def _useful(answer: Answer, field: str) -> list[tuple[str, int]]:
    counts = answer.facets.get(field, {}).items()
    return [(v, n) for v, n in counts if n < answer.total and len(v) <= MAX_VALUE][:MOST]


def _in_year(form: SearchForm, year: str) -> SearchForm:
    """Only the dates of a year, as far as they are within those already chosen."""
    after, before = form.value("after"), form.value("before")
    return form.but(
        after=after if after.startswith(year) else year,
        before=before if before.startswith(year) else year,
    )


def _set(form: SearchForm) -> Iterator[tuple[str, SearchForm]]:
    """Each filter in words, and the form without it."""
    after, before = form.value("after"), form.value("before")
    if after and after == before:
        yield date_range(after, before), form.but(after="", before="")
    else:
        if after:
            yield date_range(after, ""), form.but(after="")
        if before:
            yield date_range("", before), form.but(before="")
    for field in _LISTS:
        values = form.values(field)
        for value in dict.fromkeys(values):
            yield f"{field} {value}", form.but(**{field: tuple(v for v in values if v != value)})
    if form.value("literal"):
        yield label("literal").lower(), form.but(literal="")
    if least := form.value("min_score"):
        yield f"{label('min_score').lower()} {least}", form.but(min_score="")
