"""BibTeX as people's libraries have it: every form here made some tool fail."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.exports.bibtex import bibtex
from indexer.papers.paper import Paper, make_paper
from indexer.sources.cleaning import readable
from indexer.sources.formats.bibtex import inheritance
from indexer.sources.formats.bibtex.pieces import MAX_COMMENT
from indexer.sources.formats.bibtex.reader import read_bibtex
from indexer.sources.reading.raw import Bad, Raw

ReadAll = Callable[..., tuple[list[Paper], list[str]]]


@pytest.mark.parametrize(
    "field",
    [
        *(r"note={\href{u}{t}}", r"annote={\verb}", r"keywords={\href}", r"abstract={\verb|}"),
        *(r"abstract={A \href{ B}", r"title={\sqrt}", r"author={\c and \v}", r"journal={\begin{x}"),
        *(r"abstract={\frac\frac\frac}", r"series={\input{/etc/passwd}}", r"note={\\\\\\\\}"),
    ],
)
def test_no_command_in_any_field_ends_a_run(field: str, read_all: ReadAll) -> None:
    entries = "@misc{a, title={Before}}\n@misc{b, title={Toy}, " + field + "}}\n".replace("}}", "}")
    papers, rejects = read_all(entries + "@misc{c, title={Behind}}\n", "bibtex")
    assert papers[0].title == "Before"
    assert "Behind" in {paper.title for paper in papers}
    assert not any("report it" in reason for reason in rejects)


def test_a_library_with_a_link_in_a_note_is_read(read_all: ReadAll) -> None:
    papers, rejects = read_all(r"@misc{a, title={Toy}, note={\href{u}{t}}}")
    assert ([paper.title for paper in papers], rejects) == (["Toy"], [])


@pytest.mark.parametrize(
    ("written", "title"),
    [
        (r"{The \texttt{toybox} package}", "The toybox package"),
        (r"{\textsf{Sans} and \mbox{Box}}", "Sans and Box"),
        (r"{\textcolor{red}{Red} \href{https://x.org}{Link}}", "Red Link"),
        (r"{{\sc Small} {\bfseries Bold}}", "Small Bold"),
        (r"{The \BibTeX format}", "The BibTeX format"),
        (r"{Toys\footnote{Funded} and \unknown{known}}", "Toys and known"),
        (r"{\noopsort{1973}Toys}", "Toys"),
        (
            r"{Growth of {\textless}i{\textgreater}E. coli{\textless}/i{\textgreater}}",
            "Growth of E. coli",
        ),
        (r"{CO{\textless}sub{\textgreater}2{\textless}/sub{\textgreater}}", "CO2"),
        (r"{Values {\textless} 5 and {\textgreater} 3}", "Values < 5 and > 3"),
        (r"{Growth of <i>E. coli</i>}", "Growth of E. coli"),
        ('"A " # {b}', "A b"),
        ('"A" # " " # toy # { of it}', "A Toy Story of it"),
        ("toy", "Toy Story"),
        ("TOY # {s}", "Toy Storys"),
        ('{A {"}quoted{"} word}', 'A "quoted" word'),
        ('"A {"}quoted{"} word"', 'A "quoted" word'),
        ("nothing # nowhere", "nothingnowhere"),
        ("{C# and F#}", "C# and F#"),
    ],
)
def test_titles(written: str, title: str, read_all: ReadAll) -> None:
    text = f'@string{{toy = {{Toy}} # " Story"}}\n@misc{{a, title = {written}}}'
    (paper,), rejects = read_all(text, "bibtex")
    assert (paper.title, rejects) == (title, [])


@pytest.mark.parametrize(
    ("fields", "date"),
    [
        ('month = may # "~3", year = 2019', "2019-05-03"),
        ('month = "3~" # may, year = 2019', "2019-05-03"),
        ("month = {15 Sept.}, year = 2019", "2019-09-15"),
        ("month = {jul-aug}, year = 2008", "2008-07"),
        ('month = jul # "--" # aug, year = 2008', "2008-07"),
        ("month = {1--3 May}, year = 2008", "2008-05"),
        ("month = Spring, year = 2008", "2008"),
        ("month = {13}, year = 2008", "2008"),
        ("month = 5, day = 7, year = 2008", "2008-05-07"),
        ("year = {2020a}", "2020"),
        ("year = {[2018]}", "2018"),
        ("year = {2019--2020}", "2019"),
        ("year = {c. 1998/99}", "1998"),
        ("year = {to appear 2019}", "2019"),
        ("year = {in press}", ""),
        ("year = {2019-05-03}", "2019-05-03"),
        ("date = {2020-05-06/2021-01-01}", "2020-05-06"),
        ("date = {2019-21}, year = 2019", "2019"),
        ("date = {2020~}", "2020"),
    ],
)
def test_dates(fields: str, date: str, read_all: ReadAll) -> None:
    (paper,), _ = read_all(f"@misc{{a, title={{Toy}}, {fields}}}")
    assert paper.date == date


@pytest.mark.parametrize(
    "comment",
    [
        "@comment{\n@misc{x, title={T}}\n}\n",
        "@Comment {jabref-meta: databaseType:bibtex;}\n",
        "@comment{ {a} \n @article{y, title={{T}}} } trailing text\n",
        "% @misc{x,\n%   title={T},\n% }\n",
        "%% @misc{x, title={T}}\n",
    ],
)
def test_what_is_commented_out_is_not_read(comment: str, read_all: ReadAll) -> None:
    papers, rejects = read_all(f"{comment}@misc{{a, title={{Toy}}}}\n{comment}", "bibtex")
    assert ([paper.title for paper in papers], rejects) == (["Toy"], [])


@pytest.mark.slow
def test_a_comment_without_an_end_costs_its_first_line() -> None:
    entry = b"@misc{a,\n title={Toy}}\n"
    text = b"@comment{\n" + entry * (2 * MAX_COMMENT // len(entry))
    items = list(read_bibtex(BytesIO(text)))
    assert len(items) == 2 * MAX_COMMENT // len(entry)
    assert all(isinstance(item, Raw) for item in items)
    assert items[0].line == 2


def test_children_inherit_wherever_their_parent_stands(read_all: ReadAll) -> None:
    child = "@inproceedings{c, title={T}, crossref={p}}\n"
    parent = "@proceedings{p, title={P}, year=2013, doi={10.5555/p}, author={Nobody}}\n"
    for text in (child + parent, parent + child):
        papers, rejects = read_all(text, "bibtex")
        paper = next(paper for paper in papers if paper.title == "T")
        assert (paper.date, paper.venue, paper.doi, paper.authors) == ("2013", "P", "", ())
        assert rejects == []


def test_inheritance_of_other_kinds(read_all: ReadAll) -> None:
    text = """
    @xdata{x, author={Ann Tester}, date={2011}}
    @article{a, title={A}, xdata={x, missing}, journal={J}}
    @inbook{i, title={I}, crossref={B}}
    @book{b, title={Book}, author={Bo Sample}, crossref={s}}
    @collection{s, title={Series}, year={1999}}
    @misc{loop, title={L}, crossref={loop}}
    """
    papers, rejects = read_all(text, "bibtex")
    found = {paper.title: paper for paper in papers}
    assert rejects == []
    assert list(found) == ["A", "I", "Book", "Series", "L"]
    assert (found["A"].authors, found["A"].date) == (("Ann Tester",), "2011")
    assert (found["I"].authors, found["I"].venue, found["I"].date) == (
        *(("Bo Sample",), "Book", "1999"),
    )


def test_a_child_whose_parent_never_comes_waits_in_bounded_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inheritance, "WINDOW", 2_000)
    entries = "".join(f"@misc{{k{n}, title={{T{n}}}, crossref={{no{n}}}}}\n" for n in range(500))
    family, most = inheritance.Family(), 0
    reader = read_bibtex(BytesIO(entries.encode()))
    titles = []
    for item in reader:
        assert isinstance(item, Raw)
        titles.append(item.fields["title"])
        most = max(most, len(titles))
    assert titles == [f"T{n}" for n in range(500)]
    for n in range(500):
        entry = inheritance.Entry(n, "x" * 100, "misc", f"k{n}", {"crossref": "no"})
        assert len(list(family.add(entry))) == (1 if n >= 20 else 0)


def test_a_line_that_is_too_long_is_told_and_costs_no_other(read_all: ReadAll) -> None:
    long = "".join(f"@misc{{k{n}, title={{Toy {n}}}}} " for n in range(400_000))
    papers, rejects = read_all(
        f"@misc{{a, title={{A}}}}\n{long}\n@misc{{b, title={{B}}}}\n", "bibtex"
    )
    assert [paper.title for paper in papers] == ["A", "B"]
    assert rejects == ["the line is longer than 10,000,000 bytes"]


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Wei Wang 0001", ["Wei Wang"]),
        ("Wang, Wei 0002 and Bo Sample 0010", ["Wei Wang", "Bo Sample"]),
        ("Wang 0003, Wei", ["Wei Wang"]),
        ("{Team 2019}", ["Team 2019"]),
        ("Tester A.B. and Sample C.", ["A. B. Tester", "C. Sample"]),
    ],
)
def test_names(written: str, names: list[str], read_all: ReadAll) -> None:
    (paper,), _ = read_all(f"@misc{{a, title={{T}}, author={{{written}}}}}")
    assert list(paper.authors) == names


def test_a_preprint_in_corr_goes_by_its_arxiv_id(read_all: ReadAll) -> None:
    (paper,), _ = read_all("@article{a, title={T}, journal={CoRR}, volume={abs/1412.6980}}")
    assert paper.id == "1412.6980"


def test_strings_cannot_grow_without_bound() -> None:
    doubled = "".join(f"@string{{s{n + 1} = s{n} # s{n}}}\n" for n in range(100))
    text = "@string{s0 = {0123456789}}\n" + doubled + "@misc{a, title={T}, abstract = s100}\n"
    (item,) = read_bibtex(BytesIO(text.encode()))
    assert isinstance(item, Raw)
    assert len(str(item.fields["abstract"])) == 10_000


PIECES = st.lists(
    st.sampled_from(
        [
            *("@misc{k,", "@string{s =", "@comment{", "title={", "title=", "}", "{", '"', "#", ","),
            *(
                "\n",
                " ",
                "\\",
                "\\href",
                "\\verb|",
                "\\begin{a}",
                "\\'e",
                "$",
                "%",
                "@",
                "crossref={k}",
            ),
            *(
                "xdata={k}",
                "author={",
                " and ",
                "year=2019",
                "month=may",
                "s",
                "\\frac",
                "~",
                "&lt;",
            ),
        ]
    ),
    max_size=40,
).map("".join)


@given(PIECES)
def test_no_library_makes_the_reader_fail(text: str) -> None:
    last = "\n\n@misc{last, title={Last one}}\n"
    items = list(read_bibtex(BytesIO((text + last).encode())))
    assert not any(isinstance(item, Bad) and "report it" in item.reason for item in items)
    for item in items:
        if isinstance(item, Raw):
            readable(item.fields)


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Co", "Cn")),
    max_size=60,
)
PLAIN = st.text(st.sampled_from("ab Z9.,:;-'()[]{}\\~^&%#_$é—\"@=!?/+*|"), max_size=60)


@given(title=PLAIN, abstract=PLAIN)
def test_what_is_exported_is_read_back(title: str, abstract: str) -> None:
    try:
        paper = make_paper(
            {"id": "10.5555/x", "doi": "10.5555/x", "title": title, "abstract": abstract},
            source="s",
        )
    except ValueError:
        return
    (item,) = read_bibtex(BytesIO(bibtex([paper]).encode()))
    assert isinstance(item, Raw)
    again = make_paper(item.fields, source="s")
    assert squeezed(again.title) == squeezed(paper.title)
    assert squeezed(again.abstract) == squeezed(paper.abstract)


def squeezed(text: str) -> str:
    """Without white space, which TeX doesn't count, and with dashes and quotes as TeX sets them."""
    for written, meant in (("---", "—"), ("--", "–"), ("''", "”"), ("``", "“")):
        text = text.replace(written, meant)
    return "".join(text.split())


@pytest.mark.parametrize(
    ("written", "authors"),
    [
        (r"Smith, A and \c{C}elik, Can and \"Ozt\"urk, B", "A Smith|Can Çelik|B Öztürk"),
        (
            r"Smith, A and {\v{S}}\'ima, Ji\v{r}{\'\i} and \'Etienne Muster",
            "A Smith|Jiří Šíma|Étienne Muster",
        ),
        (r"A. Smith AND \O{}ster, J. and \AA{}berg, K.", "A. Smith|J. Øster|K. Åberg"),
        ("{Toys and Trains Inc.} and Li, Wei\n\tand Roe, J", "Toys and Trains Inc.|Wei Li|J Roe"),
        ("Andy Sand and Brandy Landand", "Andy Sand|Brandy Landand"),
        ("and Roe, J and and Li, W and", "J Roe|W Li"),
        (
            "Roe, A and family=Rijn, given=Jan N., prefix=van, useprefix=true and Li, B",
            "A Roe|Jan N. van Rijn|B Li",
        ),
        ("family={de la Toy}, given=Ann, given-i=A, suffix=Jr.", "Ann de la Toy Jr."),
        ("{[No author name available]}", ""),
    ],
)
def test_authors_of_every_kind(written: str, authors: str, read_all: ReadAll) -> None:
    (paper,), _ = read_all("@misc{a, title={Toy}, author={" + written + "}}", "bibtex")
    assert paper.authors == tuple(filter(None, authors.split("|")))


@pytest.mark.parametrize(
    ("written", "doi"),
    [
        (r"{10.5555/978-3\_13}", "10.5555/978-3_13"),
        (r"{10.5555/978-3{\_}13}", "10.5555/978-3_13"),
        ("{{10.5555/braced}}", "10.5555/braced"),
        (r"{https://doi.org/10.5555/a\_b}", "10.5555/a_b"),
        (r"{10.5555/17:1\<16::x-y\>3.0.co;2-2}", "10.5555/17:1<16::x-y>3.0.co;2-2"),
        (r"{10.5555/17:1{\textless}16{\textgreater}3\textunderscore 4}", "10.5555/17:1<16>3_4"),
    ],
)
def test_a_doi_is_read_without_what_tex_needs(written: str, doi: str, read_all: ReadAll) -> None:
    (paper,), _ = read_all("@misc{a, title={Toy}, doi=" + written + "}")
    assert (paper.doi, paper.id) == (doi, doi)


@pytest.mark.parametrize(
    ("written", "url"),
    [
        (r"{https://x.org/a\&b\_c\%20d?x\#y}", "https://x.org/a&b_c%20d?x#y"),
        (r"{\url{https://x.org/{\textasciitilde}ann}}", "https://x.org/~ann"),
        (r"{https://x.org/a_b%20c}", "https://x.org/a_b%20c"),
    ],
)
def test_an_address_is_read_likewise(written: str, url: str, read_all: ReadAll) -> None:
    (paper,), _ = read_all("@misc{a, title={Toy}, url=" + written + "}")
    assert paper.url == url


@pytest.mark.parametrize(
    ("fields", "id"),
    [
        ("eprint={99000001}, eprinttype={pubmed}", "pmid:99000001"),
        ("eprint={99000001}, eprinttype={PMID}", "pmid:99000001"),
        ("pmid={99000002}", "pmid:99000002"),
        ("pmcid={PMC99}", "pmcid:PMC99"),
    ],
)
def test_numbers_of_pubmed(fields: str, id: str, read_all: ReadAll) -> None:
    (paper,), _ = read_all("@misc{a, title={Toy}, " + fields + "}")
    assert paper.id == id
