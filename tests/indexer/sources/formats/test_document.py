from __future__ import annotations

import json

import pytest

from indexer.errors import SourceError
from indexer.sources.formats import document
from indexer.sources.formats.document import read_document
from indexer.sources.formats.huggingface import read_huggingface
from indexer.sources.reading.raw import Bad, Raw
from indexer.sources.reading.stream import buffered

ENTRY = {
    "paper": {
        "id": "2412.09645",
        "title": "Evaluation\n  Agent",
        "summary": "S",
        "authors": [{"name": "Ann", "hidden": False}, {"name": "Bo", "hidden": True}],
        "publishedAt": "2024-12-10T18:52:39.000Z",
        "upvotes": 23,
    },
    "publishedAt": "2024-12-17T00:34:04.556Z",
    "title": "Evaluation Agent",
    "numComments": 1,
}


def read(data: str | bytes) -> list[Raw | Bad]:
    return list(read_document(buffered([data.encode() if isinstance(data, str) else data])))


def test_a_list_and_a_single_object_are_read() -> None:
    records = [{"id": "1", "title": "A"}, {"id": "2", "title": "B"}]
    for indent in (None, 0, 2):
        items = read(json.dumps(records, indent=indent))
        assert [item.fields for item in items if isinstance(item, Raw)] == records
    assert [item.line for item in read(json.dumps(records, indent=2))] == [2, 6]
    assert [item[2] for item in read(json.dumps(records[0], indent=2))] == records[:1]
    assert len(read(json.dumps(records[0], indent=2) + "\n" + json.dumps(records[1]))) == 2
    assert read(" [ ] ") == []


def test_what_stands_before_a_mistake_counts() -> None:
    first, bad = read('[{"id": "1"}, {"id": 2,}, {"id": "3"}]')
    assert isinstance(first, Raw)
    assert isinstance(bad, Bad)
    assert bad.reason.endswith("the rest was not read")
    for text in ('[{"id": "1"}', '[{"id": "1"} {"id": "2"}]', '[{"id": "1"}] {"id": "2"}'):
        assert [type(item) for item in read(text)] == [Raw, Bad]


def test_numbers_that_json_has_not_are_unknown_and_cost_no_record() -> None:
    values = [{"title": "A", "upvotes": value} for value in map(float, ("nan", "inf", "-inf"))]
    items = read(json.dumps([*values, {"title": "B", "upvotes": 3}]))
    votes = [item.fields["upvotes"] for item in items if isinstance(item, Raw)]
    assert votes == [None, None, None, 3]


def test_a_value_that_is_no_object_costs_itself() -> None:
    items = read(b'[1, {"title": "caf\xe9"}, {"title": "A"}]')
    assert [type(item) for item in items] == [Bad, Bad, Raw]


def test_a_huge_document_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MAX_DOCUMENT", 1_000)
    with pytest.raises(SourceError, match="JSON Lines"):
        read("[" + " " * 1_000 + "]")


def test_daily_papers_of_the_api_are_read() -> None:
    data = json.dumps([ENTRY, {"title": "no paper"}]).encode()
    paper, bad = read_huggingface(buffered([data]))
    assert isinstance(paper, Raw)
    assert paper.fields["id"] == "2412.09645"
    assert paper.fields["submitted"] == "2024-12-17T00:34:04.556Z"
    assert (paper.fields["upvotes"], paper.fields["comments"]) == (23, 1)
    assert isinstance(bad, Bad)
    assert bad.reason == "holds no paper"
