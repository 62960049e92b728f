"""What stands in cells: lists in any writing, nothing in many words, dates in parts."""

from __future__ import annotations

import ast
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.papers.paper import Paper
from indexer.sources import Reject, open_source
from indexer.sources.formats.tables import cells


def read(path: Path, text: str) -> list[Paper]:
    path.write_text(text, encoding="utf-8", newline="")
    items = list(open_source(str(path)))
    assert not [item for item in items if isinstance(item, Reject)]
    return [item for item in items if isinstance(item, Paper)]


@pytest.mark.parametrize(
    "authors",
    [
        "['Anna Tester', 'Carl Sample']",
        '["Anna Tester", "Carl Sample"]',
        "('Anna Tester', 'Carl Sample')",
        "{'Anna Tester', 'Carl Sample'}",
        "['Anna Tester' 'Carl Sample']",
        "['Anna Tester'\n 'Carl Sample']",
        'c("Anna Tester", "Carl Sample")',
        "[{'name': 'Anna Tester', 'id': None}, {'name': 'Carl Sample', 'id': 7}]",
        '[{"name": "Anna Tester"}, {"name": "Carl Sample"}]',
        "['Anna Tester', 'Carl Sample', nan, None]",
        r"['\x41nna Tester', 'Carl S\u0061mple']",
        "Anna Tester; Carl Sample",
        "Anna Tester;Carl Sample;",
        "Anna Tester|Carl Sample",
        "Anna Tester||Carl Sample",
        "Anna Tester and Carl Sample",
        "Anna Tester, Carl Sample",
        "Anna Tester, and Carl Sample",
        "Anna Tester, Carl Sample, ...",
        "Anna Tester, Carl Sample, …",
        "Anna Tester, Carl Sample et al.",
        "Anna Tester\nCarl Sample",
        "Anna Tester (57190000001); Carl Sample (57190000002)",
        "Anna Tester (57190000001), Carl Sample (57190000002)",
        "Anna Tester (57190000001)|Carl Sample (57190000002)",
        "Anna Tester (57190000001) and Carl Sample (57190000002)",
    ],
)
def test_lists_of_names(authors: str, tmp_path: Path) -> None:
    quoted = authors.replace('"', '""')
    (paper,) = read(tmp_path / "a.csv", f'title,authors\nTea,"{quoted}"\n')
    assert paper.authors == ("Anna Tester", "Carl Sample")


@pytest.mark.parametrize(
    ("authors", "names"),
    [
        ("Tester A, Sample C.", ("Tester A", "Sample C")),
        ("The Tea Team [Japan]", ("The Tea Team [Japan]",)),
        ("[Anna Tester]", ("[Anna Tester]",)),
        ("O'Tester, Anna; D'Sample, Carl", ("O'Tester, Anna", "D'Sample, Carl")),
        ('["Anna O\'Tester", \'Carl "C" Sample\']', ("Anna O'Tester", 'Carl "C" Sample')),
        ("Lemire, Daniel (6701398932)", ("Lemire, Daniel",)),
        ("García Márquez, Gabriel (57200000001)", ("García Márquez, Gabriel",)),
        ("Anna Tester (57190000001)", ("Anna Tester",)),
        ("Tester, Anna (0000-0002-1825-0097)", ("Tester, Anna",)),
        ("Anna Tester (0000-0002-1825-0097), Carl Sample", ("Anna Tester", "Carl Sample")),
        ("Tester, A., Sample, C. (2019)", ("Tester, A.", "Sample, C.")),
        ("The Tea Team (Japan), Anna Tester", ("The Tea Team (Japan)", "Anna Tester")),
        ("[]", ()),
        ("nan", ()),
        ("['nan']", ()),
        ("Anna Tester Jr.", ("Anna Tester Jr.",)),
        ("et al.", ()),
    ],
)
def test_other_names(authors: str, names: tuple[str, ...], tmp_path: Path) -> None:
    quoted = authors.replace('"', '""')
    (paper,) = read(tmp_path / "a.csv", f'title,authors\nTea,"{quoted}"\n')
    assert paper.authors == names


@given(st.lists(st.text(min_size=1, max_size=20)), st.sampled_from([json.dumps, repr]))
def test_a_list_comes_out_as_it_went_in(values: list[str], write: object) -> None:
    text = write(values)  # type: ignore[operator]
    assert cells.listed(text) == [value for value in values if not cells.is_unknown(value.strip())]


@given(st.text(alphabet="[](){}'\",: \\xu0a1c.-NTnone\n", max_size=60))
def test_what_looks_like_a_list_is_one_or_is_text(text: str) -> None:
    found = cells.listed(text)
    assert found is None or isinstance(found, list)
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        assert found is not None


@pytest.mark.parametrize("text", ["[" * 100_000, "['" + "\\'" * 200_000, "[" + "'a'," * 200_000])
def test_hostile_lists_are_text_soon(text: str) -> None:
    start = time.process_time()
    cells.listed(text)
    cells.listed(text + "]")
    assert time.process_time() - start < 3


@pytest.mark.parametrize(
    "text", ["a; b (" + "1" * 100_000, "a; b " + "(1111" * 20_000, "a; b" + " " * 100_000 + "c"]
)
def test_hostile_names_are_read_soon(text: str) -> None:
    start = time.process_time()
    cells.names(text)
    assert time.process_time() - start < 1


UNKNOWN = [
    "nan",
    "NaN",
    "None",
    "NULL",
    "null",
    "N/A",
    "n/a",
    "NA",
    "<NA>",
    "#N/A",
    "-",
    " ",
    "NaT",
]


@pytest.mark.parametrize("text", UNKNOWN)
def test_cells_that_say_nothing(text: str, tmp_path: Path) -> None:
    header = "title,abstract,authors,year,journal,doi,url,id"
    rows = f"Tea,{','.join([text] * 7)}\nMilk,We pour.,A. Tester,2019,Tea,10.5555/1,,m\n"
    tea, milk = read(tmp_path / "a.csv", f"{header}\n{rows}")
    assert (tea.abstract, tea.authors, tea.date, tea.venue) == ("", (), "", "")
    assert (tea.doi, tea.url, tea.id[:6]) == ("", "", "title:")
    assert milk.id == "m"


@pytest.mark.parametrize("text", UNKNOWN)
def test_a_row_without_title_and_abstract_is_rejected(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"title,abstract,year\n{text},{text},2019\nTea,,2020\n")
    reject, paper = open_source(str(path))
    assert isinstance(reject, Reject)
    assert reject.reason == "neither title nor abstract"
    assert isinstance(paper, Paper)


@pytest.mark.parametrize("title", ["Nan", "None of the above", "N/A as data", "Null hypotheses"])
def test_titles_that_only_begin_so_stay(title: str, tmp_path: Path) -> None:
    (paper,) = read(tmp_path / "a.csv", f"title,year\n{title} of tea,2019\n")
    assert paper.title == f"{title} of tea"


@pytest.mark.parametrize(
    ("header", "row", "date"),
    [
        ("year", "2019", "2019"),
        ("year", "2019.0", "2019"),
        ("date,year", "2019-05-03,2019", "2019-05-03"),
        ("date,year", "2020-01-02,2019", "2019"),
        ("date,year", "DEC 15,2019", "2019-12-15"),
        ("date,year", "DEC,2019", "2019-12"),
        ("date,year", "0000/00/00,2005", "2005"),
        ("date,year", ",2005", "2005"),
        ("date,year", "2005,", "2005"),
        ("date,year", "2005-06,n.d.", "2005-06"),
        ("year,month,day", "2019,5,3", "2019-05-03"),
        ("year,month,day", "2019,May,3", "2019-05-03"),
        ("year,month,day", "2019,may,", "2019-05"),
        ("year,month", "2019,Spring", "2019"),
        ("year,month,day", "2019,2,31", "2019"),
        ("date", "12/17/2024", "2024-12-17"),
        ("date", "17.12.2024", "2024-12-17"),
        ("date", "20241217", "2024-12-17"),
        ("date", "03/04/2024", "2024"),
        ("date", "soon", ""),
        ("year", "2019a", "2019"),
        ("date,year", "12/17/2024,", "2024-12-17"),
        ("date,year", "12/17/2024,2024", "2024-12-17"),
        ("date,year", "12/17/2024,2019", "2019"),
        ("date,year,month", "03/04/2024,2024,April", "2024-04"),
    ],
)
def test_dates_in_parts(header: str, row: str, date: str, tmp_path: Path) -> None:
    (paper,) = read(tmp_path / "a.csv", f"title,{header}\nTea,{row}\n")
    assert paper.date == date


def test_two_columns_of_one_meaning_fill_each_other(tmp_path: Path) -> None:
    rows = "Tea,,Tea Days,,10.5555/2\nMilk,Journal of Milk,Tea Days,10.5555/1,nan\n"
    header = "title,Source title,Conference name,DOI,DOI Link"
    tea, milk = read(tmp_path / "a.csv", f"{header}\n{rows}")
    assert (tea.venue, milk.venue) == ("Tea Days", "Journal of Milk")
    assert (tea.doi, milk.doi) == ("", "10.5555/1")


def test_a_table_repeats_its_header_and_ends_its_rows_with_separators(tmp_path: Path) -> None:
    text = "title;year\nTea;2019;;\ntitle;year\nMilk;2020\n"
    assert [paper.title for paper in read(tmp_path / "a.csv", text)] == ["Tea", "Milk"]


def test_bars_separate_too(tmp_path: Path) -> None:
    (paper,) = read(tmp_path / "a.txt", "title|authors|year\nTea|A. Tester; C. Sample|2019\n")
    assert paper.authors == ("A. Tester", "C. Sample")
