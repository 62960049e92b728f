from __future__ import annotations

import csv
import io
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import SourceError
from indexer.sources.formats.tables.cells import cell
from indexer.sources.formats.tables.delimited import read_csv, read_tsv
from indexer.sources.reading.raw import Bad, Columns, Raw
from indexer.sources.reading.stream import buffered


def read(text: str | bytes) -> list[Raw | Bad]:
    return rows(read_csv(buffered([text.encode() if isinstance(text, str) else text])))


def rows(items: Iterable[Raw | Bad | Columns]) -> list[Raw | Bad]:
    first, *others = items
    assert isinstance(first, Columns)
    return [item for item in others if not isinstance(item, Columns)]


def titles(items: list[Raw | Bad]) -> list[object]:
    return [item.fields["title"] for item in items if isinstance(item, Raw)]


def test_quoted_fields_hold_delimiters_and_line_breaks() -> None:
    items = read('id,title\r\n1,"A, ""B""\r\nC"\r\n\r\n2,D\r\n')
    assert titles(items) == ['A, "B"\r\nC', "D"]
    assert [item.line for item in items] == [2, 5]


def test_semicolons_and_tabs_separate_too() -> None:
    assert titles(read("id;title\n1;A, B\n")) == ["A, B"]
    assert titles(rows(read_tsv(buffered([b"id\ttitle\n1\tA, B\n"])))) == ["A, B"]


def test_a_row_with_a_wrong_number_of_columns_is_rejected() -> None:
    wrong = read("id,title\n1,A,x\n2\n3,B\n")
    assert titles(wrong) == ["B"]
    assert wrong[0] == Bad(2, b"1,A,x\n", "3 columns where the header has 2")
    assert wrong[1].line == 3


@pytest.mark.parametrize(
    "title",
    ['"Deep" learning', '"Fake" and "echo"', '"Open science: a view', 'An "open" end', 'End"'],
)
def test_between_tabs_a_quotation_mark_may_be_one(title: str) -> None:
    items = read(f"id\ttitle\tabstract\r\n1\tA\tb\r\n2\t{title}\t\r\n3\tC\td\r\n")
    assert titles(items) == ["A", title, "C"]


def test_between_tabs_quoted_texts_still_hold_line_breaks_and_tabs() -> None:
    items = read('id\ttitle\tabstract\n1\tA\t"One\nand\ttwo"\n2\t"B\tb"\t"c"\n')
    assert titles(items) == ["A", "B\tb"]
    assert items[0] == Raw(2, items[0].text, {"id": "1", "title": "A", "abstract": "One\nand\ttwo"})


def test_an_open_quote_costs_one_row() -> None:
    rows = ['1,A,"x"', '2,"B,y', *(f'{n},"T{n}","z"' for n in range(3, 1_000))]
    items = read("id,title,abstract\n" + "\n".join(rows))
    assert [item.line for item in items if isinstance(item, Bad)] == [3]
    assert len(titles(items)) == 998


def test_an_open_quote_without_any_behind_it_costs_one_row() -> None:
    rows = ['1,"A', *(f"{n},T{n}" for n in range(2, 5_000))]
    items = read("id,title\n" + "\n".join(rows))
    assert [item.line for item in items if isinstance(item, Bad)] == [2]
    assert len(titles(items)) == 4_998


def test_bad_bytes_and_endless_fields_cost_their_row() -> None:
    items = read(b"id,title\n1,caf\xe9\n2," + b"x" * 10_000_000 + b"\n3,B\n")
    assert titles(items) == ["B"]
    assert [item.reason for item in items if isinstance(item, Bad)] == [
        "not UTF-8 text",
        "not a row of the table: the line is longer than 10,000,000 bytes",
    ]


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_row_may_hold_a_long_list_of_references(quote: str) -> None:
    references = "Tester A. (2019) Tea; " * 10_000
    items = read(f"id,title,References\n1,A,{quote}{references}{quote}\n2,B,\n")
    assert titles(items) == ["A", "B"]


@pytest.mark.parametrize("text", ["id,name\n1,A\n", "", "\n\n"])
def test_a_header_without_title_or_abstract_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match="titles or abstracts"):
        read(text)


@given(st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1)), min_size=1))
def test_what_a_csv_writer_writes_is_read_back(rows: list[tuple[str, str]]) -> None:
    rows = [(a.replace("\ud800", ""), b.replace("\r", "\n")) for a, b in rows]
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerows([("title", "abstract"), *rows])
    items = read(file.getvalue().encode("utf-8", "replace"))
    found = [item.fields for item in items if isinstance(item, Raw)]
    # A cell that only says that nothing is known says nothing, and so does a second header.
    names = ("title", "abstract")
    said = [
        {name: text for name, text in zip(names, row, strict=True) if cell(text) is not None}
        for row in rows
        if row != names
    ]
    assert [{name: str(text) for name, text in one.items()} for one in found] == said
