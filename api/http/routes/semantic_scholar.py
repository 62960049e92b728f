"""Semantic Scholar's addresses: its clients work when only their base address is changed."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.http.routes.parameters import Provider
from api.http.schemas import no_index, own_faults, wrong_request
from api.http.shapes.semantic_scholar import STUDIES, s2_fields, s2_paper
from indexer.errors import PaperNotFoundError, UsageError
from search.answer.answer import Answer
from search.limits import MAX_DEPTH, MAX_IDS, MAX_QUESTION, MAX_VALUE
from search.options import DEFAULTS, SearchOptions, given

_SEARCH = "/graph/v1/paper/search"
MAX_PAGE = 100
MAX_BATCH = 500
MAX_RECOMMENDED = 500
_YEARS = re.compile(r"(\d{4})?(-)?(\d{4})?", re.ASCII)

router = APIRouter(
    tags=["semantic scholar"],
    responses={
        "4XX": wrong_request(
            "year '19': write 2019, 2016-2020, 2010- or -2015", "/graph/v1/paper/search"
        ),
        503: no_index(_SEARCH),
        **own_faults(_SEARCH),
    },
)
_Shape = dict[str, Any]
_Id = Annotated[str, Field(max_length=MAX_VALUE)]
_PathId = Annotated[
    str,
    Path(
        min_length=1,
        max_length=MAX_VALUE,
        description="ARXIV:…, DOI:…, ACL:…, CorpusId:…, PMID:…, URL:…, or any id of the index.",
    ),
]
_List = Annotated[str, Query(max_length=10 * MAX_VALUE)]


class PapersRequest(BaseModel):
    """Papers to look up."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"ids": ["ARXIV:1706.03762", "ACL:N19-1423"]}]}
    )

    ids: list[_Id] = Field(
        min_length=1, max_length=MAX_BATCH, description="Of any kind that a single paper has."
    )


class RecommendationRequest(BaseModel):
    """Papers to find similar ones to, and papers to move away from."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"positivePaperIds": ["ARXIV:1706.03762"], "negativePaperIds": ["ACL:N19-1423"]}
            ]
        }
    )

    positivePaperIds: list[_Id] = Field(  # noqa: N815 - theirs
        min_length=1, max_length=MAX_IDS, description="Papers to find similar ones to."
    )
    negativePaperIds: list[_Id] | None = Field(  # noqa: N815
        default=None, max_length=MAX_IDS, description="Papers to move away from."
    )


async def fields_of(
    fields: Annotated[
        str,
        Query(max_length=10_000, description="Names, separated by commas; default: title."),
    ] = "",
) -> frozenset[str]:
    """The fields that are asked for."""
    return s2_fields(fields)


async def filters_of(
    year: Annotated[
        str, Query(max_length=9, description="2019, 2016-2020, 2010- or -2015.", examples=["2019"])
    ] = "",
    publicationDateOrYear: Annotated[  # noqa: N803 - their name
        str, Query(max_length=21, description="First and last date, separated by a colon.")
    ] = "",
    venue: Annotated[_List, Query(description="Venues, separated by commas.")] = "",
    fieldsOfStudy: Annotated[  # noqa: N803
        _List, Query(description="Fields of study, separated by commas.")
    ] = "",
    publicationTypes: Annotated[  # noqa: N803
        _List, Query(description="Refused: the index keeps none.")
    ] = "",
    minCitationCount: Annotated[  # noqa: N803
        str, Query(max_length=20, description="Refused: the index counts no citations.")
    ] = "",
    openAccessPdf: Annotated[  # noqa: N803
        str | None, Query(max_length=20, description="Refused: the index keeps no files.")
    ] = None,
) -> SearchOptions:
    """The filters; those that the index can't follow are refused, since they change the answer."""
    if publicationTypes or minCitationCount or openAccessPdf is not None:
        raise UsageError(
            "publicationTypes, minCitationCount, openAccessPdf: the index has none of these; "
            "leave them out"
        )
    after, before = _years(year) if year else _dates(publicationDateOrYear)
    return DEFAULTS.but(
        after=after,
        before=before,
        venue=given(venue.split(",")),
        category=_categories(given(fieldsOfStudy.split(","))),
    )


Fields = Annotated[frozenset[str], Depends(fields_of)]
Filtered = Annotated[SearchOptions, Depends(filters_of)]
_Question = Annotated[
    str, Query(min_length=1, max_length=MAX_QUESTION, description="A question, or a title.")
]
_Recommended = Annotated[int, Query(ge=1, le=MAX_RECOMMENDED, description="Number of papers.")]


@router.get(_SEARCH)
def search(
    provider: Provider,
    query: _Question,
    fields: Fields,
    filters: Filtered,
    offset: Annotated[int, Query(ge=0, lt=MAX_DEPTH, description="Papers to skip.")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="Papers on a page.")] = MAX_PAGE,
) -> _Shape:
    """The papers that answer a question."""
    # Their answers have no place to say which words became filters.
    options = filters.but(limit=limit, offset=offset, literal=True)
    answer = provider.engine().search(query, options)
    end = offset + len(answer)
    data = [s2_paper(result.paper, fields) for result in answer]
    goes_on = data and end < answer.total and end + limit <= MAX_DEPTH
    more = {"next": end} if goes_on else {}
    return {"total": answer.total, "offset": offset, **more, "data": data}


@router.get("/graph/v1/paper/search/match")
def match(provider: Provider, query: _Question, fields: Fields, filters: Filtered) -> _Shape:
    """The paper with this title, even if it is misspelt."""
    paper = provider.engine().titled(query, filters)
    if paper is None:
        raise PaperNotFoundError("Title match not found; use /graph/v1/paper/search instead")
    return {"data": [s2_paper(paper, fields)]}


@router.post("/graph/v1/paper/batch")
def batch(provider: Provider, request: PapersRequest, fields: Fields) -> list[_Shape | None]:
    """Papers by their ids, in this order; null for those that aren't in the index."""
    papers = provider.engine().lookup([_plain(id) for id in request.ids])
    return [s2_paper(paper, fields) if paper else None for paper in papers]


@router.get("/graph/v1/paper/{id:path}")
def paper(provider: Provider, id: _PathId, fields: Fields) -> _Shape:
    """One paper."""
    return s2_paper(provider.engine().paper(_plain(id)), fields)


@router.get("/recommendations/v1/papers/forpaper/{id:path}")
def recommend(
    provider: Provider,
    id: _PathId,
    fields: Fields,
    pool: Annotated[
        Literal["recent", "all-cs"],
        Query(alias="from", description="Accepted, but the whole index is searched."),
    ] = "recent",
    limit: _Recommended = 100,
) -> _Shape:
    """The papers nearest to one."""
    return _recommended(provider.engine().similar([_plain(id)], limit=limit), fields)


@router.post("/recommendations/v1/papers")
@router.post("/recommendations/v1/papers/", include_in_schema=False)
def recommend_from_lists(
    provider: Provider, request: RecommendationRequest, fields: Fields, limit: _Recommended = 100
) -> _Shape:
    """The papers nearest to some papers and away from others."""
    near = [_plain(id) for id in request.positivePaperIds]
    far = [_plain(id) for id in request.negativePaperIds or ()]
    return _recommended(provider.engine().similar(near, unlike=far, limit=limit), fields)


def _recommended(answer: Answer, fields: frozenset[str]) -> _Shape:
    return {"recommendedPapers": [s2_paper(result.paper, fields) for result in answer]}


def _plain(id: str) -> str:
    """An id without the mark of an address, which the index knows without."""
    return id[4:] if id[:4].upper() == "URL:" else id


def _years(text: str) -> tuple[str, str]:
    """First and last year of ``2019``, ``2016-2020``, ``2010-`` or ``-2015``."""
    found = _YEARS.fullmatch(text.strip())
    if not found or not (found[1] or found[3]) or (found[3] and not found[2]):
        raise UsageError(f"year {text!r}: write 2019, 2016-2020, 2010- or -2015")
    first, dash, last = (part or "" for part in found.groups())
    return (first, last) if dash else (first, first)


def _dates(text: str) -> tuple[str, str]:
    """First and last date of ``2016-03:2020``; a date alone is both."""
    first, colon, last = text.partition(":")
    return (first, last) if colon else (first, first)


def _categories(studies: tuple[str, ...]) -> tuple[str, ...]:
    """The archives of fields of study."""
    if unknown := [study for study in studies if study not in STUDIES]:
        raise UsageError(
            f"fieldsOfStudy: unknown: {', '.join(unknown)}; choose from {', '.join(STUDIES)}"
        )
    return tuple(archive for study in studies for archive in STUDIES[study])
