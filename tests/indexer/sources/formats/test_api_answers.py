"""Answers of Crossref, Zotero, Europe PMC and DataCite as people save them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from indexer.papers.paper import Paper

ReadAll = Callable[..., tuple[list[Paper], list[str]]]

WORK: dict[str, Any] = {
    "DOI": "10.5555/X",
    "title": ["Toys"],
    "subtitle": ["A survey"],
    "abstract": "<jats:p>Rails &lt; boats.</jats:p>",
    "author": [{"given": "Ann", "family": "Tester"}, {"name": "Toy Group"}],
    "issued": {"date-parts": [[2018]]},
    "container-title": ["J", "Journal"],
    "URL": "https://doi.org/10.5555/x",
}


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "ok", "message-type": "work", "message": WORK},
        {"status": "ok", "message": {"total-results": 1, "items": [WORK]}},
        {**WORK, "reference-count": 3},
    ],
)
def test_crossref(answer: dict[str, Any], read_all: ReadAll) -> None:
    for text in (json.dumps(answer), json.dumps(answer, indent=1)):
        (paper,), rejects = read_all(text, "crossref")
        assert rejects == []
        assert (paper.id, paper.title, paper.date) == ("10.5555/x", "Toys: A survey", "2018")
        assert (paper.venue, paper.abstract) == ("J", "Rails < boats.")
        assert paper.authors == ("Ann Tester", "Toy Group")


def test_crossref_tells_of_retractions_and_lacks_dates(read_all: ReadAll) -> None:
    retracted = {**WORK, "updated-by": [{"DOI": "10.5555/r", "type": "retraction"}]}
    notice = {
        **WORK,
        "DOI": "10.5555/r",
        "title": ["Retraction: Toys"],
        "update-to": [{"DOI": "10.5555/x", "type": "retraction"}],
        "issued": {"date-parts": [[None]]},
        "posted": {"date-parts": [[2020, 3, 1]]},
    }
    answer = {"message": {"items": [retracted, notice, "none"]}}
    (one, two), rejects = read_all(json.dumps(answer), "crossref")
    assert (one.retracted, two.retracted) == (True, False)
    assert (two.date, rejects) == ("2020-03-01", ["not a JSON object"])


ITEM: dict[str, Any] = {
    "key": "ABCD2345",
    "itemType": "journalArticle",
    "title": "<i>Toys</i>",
    "creators": [
        {"creatorType": "editor", "firstName": "E", "lastName": "D"},
        {"creatorType": "author", "firstName": "Ann", "lastName": "Tester"},
        {"creatorType": "author", "name": "Toy Group"},
    ],
    "abstractNote": "Rails wobble.",
    "publicationTitle": "Journal of Toys",
    "date": "July 3, 2019",
    "DOI": "10.5555/Z",
    "url": "https://toys.test/1",
    "extra": "Citation Key: doe2019\nPMID: 99000001",
}
PREPRINT = {
    "itemType": "preprint",
    "title": "Trains",
    "archiveID": "arXiv:2301.00022",
    "repository": "arXiv",
    "date": "2023-01",
    "citationKey": "doe2023",
}
NOTE = {"itemType": "note", "note": "<p>Read this</p>"}


@pytest.mark.parametrize(
    "answer",
    [
        [{"key": "ABCD2345", "version": 1, "data": one} for one in (ITEM, NOTE, PREPRINT)],
        {"config": {"label": "BetterBibTeX JSON"}, "items": [ITEM, NOTE, PREPRINT]},
        [ITEM, NOTE, PREPRINT],
    ],
)
def test_zotero_and_better_bibtex(answer: Any, read_all: ReadAll) -> None:
    (one, two), rejects = read_all(json.dumps(answer), "zotero")
    assert rejects == []
    assert (one.id, one.ids, one.title) == ("10.5555/z", ("pmid:99000001",), "Toys")
    assert one.authors == ("Ann Tester", "Toy Group")
    assert (one.date, one.venue, one.cite_keys) == (
        *("2019-07-03", "Journal of Toys", ("doe2019",)),
    )
    assert (two.id, two.date, two.cite_keys) == ("2301.00022", "2023-01", ("doe2023",))


def test_europe_pmc(read_all: ReadAll) -> None:
    core = {
        "id": "99000001",
        "source": "MED",
        "pmid": "99000001",
        "pmcid": "PMC9900001",
        "doi": "10.5555/epmc",
        "title": "Wobbling <i>rails</i>.",
        "authorString": "Tester AB, Sample C.",
        "authorList": {
            "author": [
                {"fullName": "Tester AB", "firstName": "Anna B", "lastName": "Tester"},
                {"collectiveName": "Toy Group"},
            ]
        },
        "abstractText": "<h4>Background</h4>Rails wobble.",
        "firstPublicationDate": "2019-07-03",
        "pubYear": "2019",
        "journalInfo": {"journal": {"title": "Journal of toys"}},
        "pubTypeList": {"pubType": ["Retracted Publication", "Journal Article"]},
        "license": "cc by",
    }
    lite = {
        "id": "PPR1",
        "source": "PPR",
        "title": "Boats",
        "authorString": "Tester AB, Sample-Probe C.",
        "pubYear": "2020",
        "journalTitle": "J Toys",
    }
    answer = {"version": "6", "hitCount": 2, "resultList": {"result": [core, lite]}}
    (one, two), rejects = read_all(json.dumps(answer), "europe-pmc")
    assert rejects == []
    assert (one.id, one.ids) == ("10.5555/epmc", ("pmcid:PMC9900001", "pmid:99000001"))
    assert (one.title, one.venue, one.date) == ("Wobbling rails", "Journal of toys", "2019-07-03")
    assert one.authors == ("Anna B Tester", "Toy Group")
    assert one.abstract.endswith("Rails wobble.")
    assert (one.retracted, one.licence) == (True, "cc by")
    assert two.authors == ("A. B. Tester", "C. Sample-Probe")
    assert (two.date, two.venue, two.retracted) == ("2020", "J Toys", False)
    assert two.url == "https://europepmc.org/article/PPR/PPR1"


def test_datacite(read_all: ReadAll) -> None:
    work = {
        "doi": "10.5555/DC.1",
        "titles": [
            {"title": "Jouets", "titleType": "TranslatedTitle"},
            {"title": "Toys"},
            {"title": "A data set", "titleType": "Subtitle"},
        ],
        "creators": [
            {"name": "Tester, Ann", "givenName": "Ann", "familyName": "Tester"},
            {"name": "Sample, Bo"},
            {"name": "Toys, Trains and Boats", "nameType": "Organizational"},
        ],
        "descriptions": [
            {"description": "Files.", "descriptionType": "TechnicalInfo"},
            {"description": "Rails wobble.", "descriptionType": "Abstract"},
        ],
        "publicationYear": 2019,
        "dates": [
            {"date": "2021-01-01", "dateType": "Updated"},
            {"date": "2019-07-03", "dateType": "Issued"},
        ],
        "publisher": {"name": "Toy Archive"},
        "rightsList": [{"rightsIdentifier": "cc-by-4.0"}],
    }
    arxiv = {
        "doi": "10.48550/arxiv.2301.00022",
        "titles": [{"title": "Trains"}],
        "subjects": [{"subject": "Toys (cs.TO)", "subjectScheme": "arXiv"}, {"subject": "x"}],
        "publicationYear": 2023,
        "publisher": "arXiv",
    }
    for answer in (
        {"data": [{"id": "1", "type": "dois", "attributes": one} for one in (work, arxiv)]},
        [work, arxiv],
    ):
        (one, two), rejects = read_all(json.dumps(answer), "datacite")
        assert rejects == []
        assert (one.id, one.title, one.date) == ("10.5555/dc.1", "Toys: A data set", "2019-07-03")
        assert one.authors == ("Ann Tester", "Bo Sample", "Toys, Trains and Boats")
        assert (one.abstract, one.venue, one.licence) == (
            *("Rails wobble.", "Toy Archive", "cc-by-4.0"),
        )
        assert (two.id, two.categories, two.venue) == ("2301.00022", ("cs.TO",), "arXiv")
    (alone,), _ = read_all(json.dumps({"data": {"attributes": work}}, indent=1), "datacite")
    assert alone == one


HOSTILE = [[], {}, [[]], [{}], "", 0, True, 1e300, None, "x" * 10_000, {"a": [{"b": []}]}, [None]]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:20])
def test_nothing_in_a_field_ends_a_run(value: object, read_all: ReadAll) -> None:
    """Each field of each shape, and each field within those, in turn."""
    shapes: dict[str, dict[str, Any]] = {
        "crossref": {**WORK, "updated-by": [{"type": "x"}], "reference-count": 1, "license": [{}]},
        "zotero": {**ITEM, "archiveID": "x"},
        "europe-pmc": {
            "authorString": "A B",
            "title": "T",
            "authorList": {"author": [{"firstName": "x"}]},
            "pubTypeList": {"pubType": ["x"]},
            "journalInfo": {"journal": {"title": "x"}},
            "bookOrReportDetails": {"publisher": "x"},
            "pmid": 1,
        },
        "datacite": {
            "publicationYear": 2019,
            "titles": [{"title": "T", "titleType": "x"}],
            "creators": [{"name": "x", "givenName": "y", "nameType": "z"}],
            "dates": [{"date": "x", "dateType": "Issued"}],
            "descriptions": [{"description": "x", "descriptionType": "Abstract"}],
            "subjects": [{"subject": "x", "subjectScheme": "arXiv"}],
            "identifiers": [{"identifier": "x", "identifierType": "arXiv"}],
            "rightsList": [{"rights": "x"}],
            "container": {"title": "x"},
        },
    }
    for format, record in shapes.items():
        lines = [json.dumps(one) for one in [record, *changed(record, value), record]]
        papers, rejects = read_all("\n".join(lines), format)
        assert len(papers) >= 2
        assert not [reason for reason in rejects if "report it" in reason]


def changed(record: Any, value: object) -> list[Any]:
    """The same record many times, each with another of its values replaced."""
    if isinstance(record, dict):
        return [
            {**record, key: one} for key in record for one in (value, *changed(record[key], value))
        ]
    if isinstance(record, list):
        return [
            [*record[:place], one, *record[place + 1 :]]
            for place in range(len(record))
            for one in (value, *changed(record[place], value))
        ]
    return []
