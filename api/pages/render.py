"""Answers and errors into HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urljoin

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.exports.formats import FORMATS
from api.links import paper_path
from api.pages.form import SearchForm
from api.pages.narrowing import chosen_papers, narrowings, removals, years
from api.pages.neighbour_plot import MOST, plot
from api.pages.paper_links import Link
from api.pages.template_engine import render
from api.pages.things import SORTS as THING_SORTS
from api.pages.things import Thing
from api.pages.year_bars import bars
from api.wording import for_strangers, understanding
from indexer.papers.paper import Paper
from search.answer.answer import Answer
from search.browsing import Liked
from search.limits import MAX_DEPTH
from search.map.projection import Plane
from search.options import SORTS
from search.query.respelling import respelling

CARD = "/static/card.png"
"""The picture that stands for a page where people share its address."""
MOST_OTHERS = 8
"""Coauthors, venues or categories on the page of a thing."""


def render_home(
    request: Request, newest: Liked, trending: Liked, asked: Sequence[Link]
) -> HTMLResponse:
    """The page before any search: what can be asked, the newest day, what is trending."""
    form = SearchForm.of(request)
    return render("home.html", form=form, newest=newest, trending=trending, examples=asked)


def render_search(request: Request, answer: Answer, chosen: Mapping[str, Paper]) -> HTMLResponse:
    """The search page with an answer; ``chosen`` are the papers that it is to be like, or not."""
    form = SearchForm.of(request)
    around = _around(form, answer)
    chips = chosen_papers(form, chosen)
    return render("search.html", form=form, answer=answer, chosen=chips, **around)


def render_picture(request: Request, answer: Answer, plane: Plane | None) -> HTMLResponse:
    """The results of a search as a picture, if there is a layout, and as a list."""
    form = SearchForm.of(request)
    papers = [result.paper for result in answer]
    picture = plot(papers, plane, first=answer[0].rank) if plane else None
    return render("picture.html", form=form, answer=answer, picture=picture, most=MOST)


def render_paper(
    request: Request, papers: Sequence[Paper], neighbours: Answer, plane: Plane | None
) -> HTMLResponse:
    """A paper's page: the first of ``papers``, and the others as its neighbours."""
    paper, base = papers[0], str(request.base_url)
    return render(
        "paper.html",
        paper=paper,
        neighbours=neighbours,
        picture=plot(papers, plane) if plane else None,
        here=urljoin(base, paper_path(paper.id)),
        card=urljoin(base, CARD),
    )


def render_thing(thing: Thing, answer: Answer, counts: Mapping[str, int]) -> HTMLResponse:
    """The page of an author, venue, category or year; ``counts`` are papers by year."""

    def of_year(year: str) -> str:
        return Thing("year", year).address() if thing.kind == "year" else thing.address(year=year)

    asked = answer.understood
    sort, year = asked["sort"], "" if thing.kind == "year" else asked.get("after", "")
    kept = {"sort": "" if sort == "newest" else sort, "year": year}
    others = {
        kind: list(answer.facets.get(kind, {}).items())[:MOST_OTHERS]
        for kind in ("author", "category", "venue")
    }
    return render(
        "thing.html",
        thing=thing,
        answer=answer,
        year=year,
        bars=bars(counts, of_year),
        others={k: [one for one in v if one[0] != thing.name] for k, v in others.items()},
        sorts=[(name, thing.address(year=year, sort=name)) for name in THING_SORTS],
        pages=_pages(answer, lambda offset: thing.address(**kept, offset=str(offset or ""))),
        exports={
            known.title: thing.address(**kept, format=name) for name, known in FORMATS.items()
        },
        feed=thing.address(format="atom"),
    )


def render_day(liked: Liked) -> HTMLResponse:
    """The papers of a day, with links to the days around it."""
    return render("daily.html", liked=liked, pages=_pages_of(f"/daily?date={liked.last}&", liked))


def render_trending(liked: Liked) -> HTMLResponse:
    """The papers of the last weeks that people like best."""
    return render("trending.html", liked=liked, pages=_pages_of("/trending?", liked))


def render_error(request: Request, *, status: int, title: str, detail: str) -> HTMLResponse:
    """What is wrong and what to do, with what was typed."""
    form = SearchForm.of(request)
    return render("error.html", status, form=form, title=title, detail=detail, code=status)


def _around(form: SearchForm, answer: Answer) -> dict[str, Any]:
    """What the page shows beside the results: links, and how the question was read."""
    return {
        "pages": _pages(answer, form.address),
        "sorts": [(sort, form.but(sort=sort).address()) for sort in SORTS],
        "exports": _exports(form, answer),
        "removals": removals(form, answer),
        "narrowings": narrowings(form, answer),
        "years": years(form, answer),
        "understood": understanding(answer.understood),
        **_respelt(form, answer),
    }


def _respelt(form: SearchForm, answer: Answer) -> dict[str, Any]:
    """What was put in the place of misspelt words, with the way back, and the other warnings."""
    better = answer.understood.get("spelling", {})
    note = respelling(better) if better else ""
    return {
        "better": better,
        "literally": form.but(literal="true").address(),
        "warnings": [one for one in for_strangers(answer.warnings) if one != note],
    }


def _pages_of(address: str, liked: Liked) -> dict[str, str]:
    """Of a list that has no form: as :func:`_pages`. ``address`` ends where ``offset`` follows."""
    following = liked.offset + liked.limit
    more = following < min(liked.total, MAX_DEPTH - liked.limit)
    return {
        "previous": f"{address}offset={max(0, liked.offset - liked.limit)}" if liked.offset else "",
        "next": f"{address}offset={following}" if more else "",
    }


def _pages(answer: Answer, address: Callable[[int], str]) -> dict[str, str]:
    """Addresses of the pages before and after this one, empty where there is none."""
    following = answer.offset + answer.limit
    full = len(answer) == answer.limit
    more = full and following < answer.total and following + answer.limit <= MAX_DEPTH
    return {
        "previous": address(max(0, answer.offset - answer.limit)) if answer.offset else "",
        "next": address(following) if more else "",
    }


def _exports(form: SearchForm, answer: Answer) -> dict[str, Any]:
    """How this page of results is had from the API, and in which formats."""
    path, query = form.api_request(answer.offset)
    formats = [(name, known.title) for name, known in FORMATS.items()]
    return {"path": path, "query": query, "formats": formats}
