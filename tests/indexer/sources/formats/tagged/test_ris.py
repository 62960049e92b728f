"""RIS as it is written: by EndNote, Zotero, Embase, Ovid, Cochrane, Web of Science, publishers."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.exports.ris import ris
from indexer.papers.paper import Paper, make_paper
from indexer.sources.formats.tagged.lines import MAX_RECORD_LINES
from indexer.sources.formats.tagged.ris import read_ris
from indexer.sources.reading.raw import Bad, Raw

ReadAll = Callable[..., tuple[list[Paper], list[str]]]


def record(*lines: str) -> str:
    return "\n".join(["TY  - JOUR", "TI  - Toy", *lines, "ER  - ", ""])


@pytest.mark.parametrize(
    ("lines", "date"),
    [
        (["PY  - 2019", "DA  - DEC 15"], "2019-12-15"),
        (["PY  - 2005", "DA  - 0000/00/00"], "2005"),
        (["PY  - 2019", "DA  - July"], "2019-07"),
        (["PY  - 2019", "DA  - 2019/03/07/"], "2019-03-07"),
        (["DA  - 2021/01/02/", "PY  - 2019"], "2019"),
        (["Y1  - 2010/05//", "PY  - 2010"], "2010-05"),
        (["PY  - 2024///spring"], "2024"),
        (["PY  - n.d.", "Y1  - 2011"], "2011"),
        (["PY  - 2020/13/45"], "2020"),
        (["Y1  - 2007//"], "2007"),
        (["DA  - 2018 Nov 5"], "2018-11-05"),
        (["PY  - in press"], ""),
    ],
)
def test_the_year_that_can_be_read_wins(lines: list[str], date: str, read_all: ReadAll) -> None:
    (paper,), rejects = read_all(record(*lines), "ris")
    assert (paper.date, rejects) == (date, [])


def test_tags_above_the_type_belong_to_the_record_below(read_all: ReadAll) -> None:
    text = (
        "TI  - One\nAU  - Tester, Ann\nTY  - JOUR\nPY  - 2001\nER  - \n\n"
        "AU  - Sample, Bo\nTY  - CONF\nTI  - Two\nER  - \n"
    )
    papers, rejects = read_all(text, "ris")
    assert [(paper.title, paper.authors) for paper in papers] == [
        ("One", ("Ann Tester",)),
        ("Two", ("Bo Sample",)),
    ]
    without_ends = text.replace("ER  - \n", "")
    assert read_all(without_ends, "ris") == (papers, rejects) == (papers, [])


@pytest.mark.parametrize(
    "first",
    [
        "TY  -  JOUR",
        "TY  - JOUR",
        "TY - JOUR",
        "TY  -JOUR",
        "TY   - JOUR",
        " TY  - JOUR",
        "TY\t-\tJOUR",
    ],
)
def test_spaces_differ(first: str, read_all: ReadAll) -> None:
    title, end = first.replace("TY", "TI").replace("JOUR", "Toy"), first[:-4].replace("TY", "ER")
    text = f"{first}\n{title}\n{end}\n"
    (paper,), rejects = read_all(text)
    assert (paper.title, rejects) == ("Toy", [])


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (["AU  - Prueba, Pedro J.; Muster, Linda K."], ["Pedro J. Prueba", "Linda K. Muster"]),
        (["AU  - Tester, Ann and Sample, Bo"], ["Ann Tester", "Bo Sample"]),
        (["AU  - Tester A.B.", "AU  - Sample C."], ["A. B. Tester", "C. Sample"]),
        (["A1  - Tester, A B"], ["A B Tester"]),
        (["AU  - The Smith and Jones Group"], ["The Smith and Jones Group"]),
        (["AU  - Tester, Ann;"], ["Ann Tester"]),
        (["AU  - O&apos;Tester, John; M&#252;ster, Bo"], ["John O'Tester", "Bo Müster"]),
        (["AU  - Tester, Ann &amp; Sample, Bo"], ["Ann Tester", "Bo Sample"]),
    ],
)
def test_authors(lines: list[str], names: list[str], read_all: ReadAll) -> None:
    (paper,), _ = read_all(record(*lines))
    assert list(paper.authors) == names


def test_records_without_an_end_are_read(read_all: ReadAll) -> None:
    text = "TY  - JOUR\nTI  - One\n\nTY  - JOUR\nTI  - Two\nAB  - goes\non and on\n  TV shows\n"
    papers, rejects = read_all(text, "ris")
    assert [paper.title for paper in papers] == ["One", "Two"]
    assert papers[1].abstract == "goes on and on TV shows"
    assert rejects == []


def test_exporters_and_their_tags(read_all: ReadAll) -> None:
    ovid = record("JF  - Journal of Toys", "UR  - http://ovid.test/a https://doi.org/10.5555/o.")
    embase = record(
        "T2  - Toys", "N2  - Wobbles.", "L3  - https://doi.org/10.5555/E", "M3  - Article"
    )
    old = record("M3  - doi: 10.5555/m3", "ID  - doe2023", "N1  - Retracted")
    (one, two, three), rejects = read_all(ovid + embase + old, "ris")
    assert (one.id, one.venue, one.url) == ("10.5555/o", "Journal of Toys", "http://ovid.test/a")
    assert (two.id, two.venue, two.abstract) == ("10.5555/e", "Toys", "Wobbles.")
    assert (three.id, three.cite_keys, three.retracted) == ("10.5555/m3", ("doe2023",), True)
    assert rejects == []


def test_text_before_and_between_records_costs_nothing(read_all: ReadAll) -> None:
    text = f"Provider: ACM\nContent: text/plain\n\n{record()}\n\n1.\n{record()}"
    papers, rejects = read_all(text, "ris")
    assert (len(papers), rejects) == (2, [])


def test_an_endless_record_is_passed_over() -> None:
    lines = "AU  - A, B\n" * (MAX_RECORD_LINES + 50)
    items = list(read_ris(BytesIO(f"TY  - JOUR\n{lines}ER  - \n{record()}".encode())))
    assert [type(item) for item in items] == [Bad, Raw]


PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "TY  - JOUR\n",
                "ER  - \n",
                "TI  - Toy\n",
                "AU  - A, B; C, D\n",
                "PY  - 0000\n",
                "\n",
            ),
            *(
                "DA  - DEC\n",
                "  on\n",
                "TY  -",
                "UR  - <x>\n",
                "DO  - 10.5555/x.\n",
                "\ufeff",
                ";,;",
            ),
            *("AU  - ,\n", "AB  - ", "\t", "ID  - k\n", "AN  - \n", "N1  - Retracted\n"),
        ]
    ),
    max_size=40,
).map("".join)


@given(PIECES)
def test_no_lines_make_the_reader_fail(text: str) -> None:
    items = list(read_ris(BytesIO((text + "\n" + record()).encode())))
    assert not any(isinstance(item, Bad) and "report it" in item.reason for item in items)
    assert [item.line for item in items] == sorted(item.line for item in items)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30)


@given(title=TEXT, abstract=TEXT, key=st.from_regex(r"[a-z]{3,9}[0-9]{4}", fullmatch=True))
def test_what_is_exported_is_read_back(title: str, abstract: str, key: str) -> None:
    fields = {"title": title, "abstract": abstract, "doi": "10.5555/x", "date": "2019-05-03"}
    fields |= {"venue": "Journal", "url": "https://toys.test/1"}
    more = {"authors": ["Jan van den Berg", "The Toy Team"], "cite_keys": [key], "retracted": True}
    paper = make_paper({**fields, **more}, source="s")
    (item,) = read_ris(BytesIO(ris([paper]).encode()))
    assert isinstance(item, Raw)
    assert make_paper(item.fields, source="s") == paper
