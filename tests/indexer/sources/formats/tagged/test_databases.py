"""PubMed's MEDLINE, Web of Science's plain text, EndNote's tags."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from indexer.papers.paper import Paper

ReadAll = Callable[..., tuple[list[Paper], list[str]]]

NBIB = """
PMID- 99000001
OWN - NLM
STAT- MEDLINE
DP  - 2019 Jul-Aug
DEP - 20190703
TI  - Wobbling rails: a randomised trial of
      toy trains.
LID - 10.5555/nbib.1 [doi]
LID - e123 [pii]
AB  - BACKGROUND: Rails wobble. METHODS: We
      pushed them.
FAU - Tester, Anna B
AU  - Tester AB
FAU - van Sample, Carl
FAU - Muster, Max W 3rd
AU  - van Sample C
CN  - Toy Train Group
LA  - eng
PT  - Journal Article
PT  - Retracted Publication
JT  - Journal of toys
TA  - J Toys
AID - 10.5555/nbib.1 [doi]
PMC - PMC9900001

PMID- 99000002
DP  - 2020 Winter
TI  - [Boats that float].
AU  - Muster LK
AU  - Probe J Jr
PT  - Retraction of Publication
TA  - J Toys
AID - S0000-0000(20)00001-2 [pii]

PMID- 99000003
BTI - A book of toys
DP  - 2001 Dec 15
"""


def test_nbib(read_all: ReadAll) -> None:
    (one, two, three), rejects = read_all(NBIB, "nbib")
    assert rejects == []
    assert (one.id, one.ids) == ("10.5555/nbib.1", ("pmcid:PMC9900001", "pmid:99000001"))
    assert one.title == "Wobbling rails: a randomised trial of toy trains"
    assert one.abstract == "BACKGROUND: Rails wobble. METHODS: We pushed them."
    assert one.authors == (
        *("Anna B Tester", "Carl van Sample", "Max W Muster 3rd"),
        "Toy Train Group",
    )
    assert (one.date, one.venue, one.retracted) == ("2019-07-03", "Journal of toys", True)
    assert (two.id, two.title, two.date) == ("pmid:99000002", "Boats that float", "2020")
    assert (two.authors, two.retracted) == (("L. K. Muster", "J. Probe Jr"), False)
    assert (three.title, three.date) == ("A book of toys", "2001-12-15")
    assert one.url == "https://pubmed.ncbi.nlm.nih.gov/99000001/"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("[18F]FDG and [18F].", "[18F]FDG and [18F]"),
        ("[Boats [that] float].", "Boats [that] float"),
        ("[Boats that float]", "Boats that float"),
        ("Boats [that float].", "Boats [that float]"),
    ],
)
def test_only_brackets_around_a_whole_title_go(written: str, title: str, read_all: ReadAll) -> None:
    (paper,), _ = read_all(f"PMID- 99000001\nTI  - {written}\nDP  - 2019\n", "nbib")
    assert paper.title == title


WOS = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Tester, AB
   Sample, C
AF Tester, Anna B.
   Sample, Carl
TI Wobbling rails and
   other toys
SO JOURNAL OF TOYS
DT Article; Retracted Publication
AB Rails wobble.
   Boats float.
PD JUL-AUG
PY 2019
DI 10.5555/WOS.1
UT WOS:000000000000001
PM 99000001
ER

PT C
AU Muster, LK
TI Boats
PY 2020
PD DEC 15
SO PROCEEDINGS OF BOATS
UT WOS:000000000000002
ER

EF
"""


@pytest.mark.parametrize(
    "change", [("", ""), ("\n", "\r\n"), ("FN ", "\ufeffFN "), ("\nER\n", "\n")]
)
def test_web_of_science(change: tuple[str, str], read_all: ReadAll) -> None:
    (one, two), rejects = read_all(WOS.replace(*change) if change[0] else WOS, "web-of-science")
    assert rejects == []
    assert (one.id, one.ids) == ("10.5555/wos.1", ("WOS:000000000000001", "pmid:99000001"))
    assert (one.title, one.abstract) == (
        *("Wobbling rails and other toys", "Rails wobble. Boats float."),
    )
    assert one.authors == ("Anna B. Tester", "Carl Sample")
    assert (one.date, one.venue, one.retracted) == ("2019-07", "JOURNAL OF TOYS", True)
    assert (two.id, two.date, two.authors) == (
        *("WOS:000000000000002", "2020-12-15", ("L. K. Muster",)),
    )


ENDNOTE = """%0 Journal Article
%A Tester, Anna B.
%A Toy Train Group,
%T Wobbling rails
%J Journal of Toys
%D 2019
%8 July 3
%R 10.5555/end.1
%U https://toys.test/1
%X Rails wobble.

Boats float.
%F doe2019

%0 Conference Proceedings
%A Carl Sample
%T Boats
%B Proceedings of Boats
%D 2020
"""


def test_endnote_with_and_without_types(read_all: ReadAll) -> None:
    (one, two), rejects = read_all(ENDNOTE, "endnote")
    assert rejects == []
    assert (one.id, one.title, one.date) == ("10.5555/end.1", "Wobbling rails", "2019-07-03")
    assert one.authors == ("Anna B. Tester", "Toy Train Group")
    assert (one.venue, one.cite_keys) == ("Journal of Toys", ("doe2019",))
    assert one.abstract == "Rails wobble. Boats float."
    assert (two.authors, two.venue, two.date) == (
        *(("Carl Sample",), "Proceedings of Boats", "2020"),
    )
    refer = "%A Ann Tester\n%T One\n%D 2001\n\n%T Two\n%A Bo Sample\n\n\n%T Three\n"
    papers, rejects = read_all(refer, "endnote")
    assert [(paper.title, paper.authors) for paper in papers] == [
        ("One", ("Ann Tester",)),
        ("Two", ("Bo Sample",)),
        ("Three", ()),
    ]


def test_lines_with_percentages_continue_an_abstract(read_all: ReadAll) -> None:
    text = "%0 Journal Article\n%T Toys\n%X In all\n(5%) of trains broke\n%of boats sank\n"
    joined = f"{text}\n\ufeff%0 Book\n%T Boats\n"
    (one, two), rejects = read_all(joined, "endnote")
    assert (one.abstract, two.title) == ("In all (5%) of trains broke %of boats sank", "Boats")
    assert rejects == []
