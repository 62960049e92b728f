"""Exports are read back by other programs' readers: bibtexparser, rispy, csv, json, markdown-it."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import (
    SeparateCoAuthors,
    SplitNameParts,
)
from bibtexparser.model import Entry
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from api.exports.author_names import PersonName, name_parts
from api.exports.bibtex import latex
from api.exports.csv_table import COLUMNS
from api.exports.formats import FORMATS
from api.exports.names import ExportName
from indexer.papers.paper import Paper, make_paper
from indexer.sources.source import open_source

AUTHORS = (
    "Ludwig van der Berg",
    "Luc Van Gool",
    "Martin Luther King Jr.",
    "Žofia Ťažká-Łódź",
    "毛泽东",
    "The LIGO Collaboration",
    "danah boyd",
    "Knuth, Donald E.",
)
PAPER = Paper(
    id="2412.09645",
    title="BERT & LoRA: 100% of $O(n^{2})$ at a_b, on MNIST {sets} for $5",
    abstract="We show $\\{x\\}$ ~ C:\\dir, #1 – naïvely ^ “so”.",
    authors=AUTHORS,
    date="2024-12-17",
    url="https://arxiv.org/abs/2412.09645",
    categories=("cs.CL", "cs.LG"),
    doi="10.1000/abc_(1)<2>",
    upvotes=3,
)
HOSTILE = Paper(
    id="2501.00099",
    title='=cmd|"/c calc"!A1 <script>alert(1)</script> [x](javascript:y)',
    abstract="} @misc{evil, \\write18{rm -rf} $\\input{/etc/passwd}$ ER  - \n TY  - JOUR",
    authors=("+Mallory and Sons", "@Eve, \n Bob"),
    url='https://e.org/"><b>}\\',
    venue="-1+1",
)


def written(form: ExportName, *papers: Paper) -> str:
    return FORMATS[form].write(papers)


def entries(text: str) -> list[Entry]:
    library = parse_string(text, append_middleware=[SeparateCoAuthors(), SplitNameParts()])
    assert not library.failed_blocks, library.failed_blocks[0].error
    assert len(library.blocks) == len(library.entries)
    return library.entries


def read_back(text: str, suffix: str, folder: Path) -> list[Paper]:
    """As ``nearpaper index`` reads it."""
    file = folder / f"papers.{suffix}"
    file.write_text(text, encoding="utf-8")
    return [item for item in open_source(str(file)) if isinstance(item, Paper)]


def test_bibtex_names_come_apart_as_bibtex_has_it() -> None:
    (entry,) = entries(written("bibtex", PAPER))
    names = [(n.first, n.von, n.last, n.jr) for n in entry["author"]]
    assert names[:3] == [
        (["Ludwig"], ["van", "der"], ["Berg"], []),
        (["Luc"], [], ["Van", "Gool"], []),
        (["Martin", "Luther"], [], ["King"], ["Jr."]),
    ]
    assert names[4][2] == ["{毛泽东}"]
    assert names[5][2] == ["{The LIGO Collaboration}"]
    assert names[7][:3] == (["Donald", "E."], [], ["Knuth"])


def test_bibtex_keeps_capitals_and_formulas_and_escapes_the_rest() -> None:
    (entry,) = entries(written("bibtex", PAPER))
    assert entry.entry_type == "misc"
    assert entry.key == "berg2024bert"
    assert entry["title"] == (
        r"{BERT} \& {LoRA}: 100\% of {$O(n^{2})$} at a\_b, on {MNIST} "
        r"\{sets\} for \$5"
    )
    assert r"$\lbrace x\rbrace $ \textasciitilde{} C:\textbackslash{}dir" in entry["abstract"]
    assert (entry["eprint"], entry["primaryclass"]) == ("2412.09645", "cs.CL")
    assert (entry["year"], entry["month"]) == ("2024", "dec")


def test_bibtex_runs_nothing_and_ends_no_entry() -> None:
    text = written("bibtex", HOSTILE, PAPER)
    assert [entry.entry_type for entry in entries(text)] == ["article", "misc"]
    assert not re.search(r"\\(write|input)", text)


def test_keys_are_one_paper_s_own() -> None:
    keys = [entry.key for entry in entries(written("bibtex", PAPER, PAPER, PAPER))]
    assert keys == ["berg2024bert", "berg2024bert-2", "berg2024bert-3"]


def test_keys_that_differ_in_case_alone_are_one_to_bibtex() -> None:
    cited = [replace(PAPER, cite_keys=(key,)) for key in ("Toys", "toys", "toys-2")]
    keys = [entry.key for entry in entries(written("bibtex", *cited))]
    assert keys == ["Toys", "toys-2", "toys-2-2"]


def test_ris() -> None:
    mine, hostile = rispy.loads(written("ris", PAPER, HOSTILE))
    assert mine["type_of_reference"] == "UNPB"
    assert mine["title"] == PAPER.title
    assert mine["abstract"] == PAPER.abstract
    assert mine["authors"][:4] == [
        "van der Berg, Ludwig",
        "Van Gool, Luc",
        "King, Martin Luther, Jr.",
        "Ťažká-Łódź, Žofia",
    ]
    assert (mine["date"], mine["year"]) == ("2024/12/17/", "2024")
    assert mine["doi"] == PAPER.doi
    assert hostile["title"] == HOSTILE.title


def test_csl_json() -> None:
    mine, hostile = json.loads(written("csl", PAPER, HOSTILE))
    assert mine["author"][0] == {
        "given": "Ludwig",
        "non-dropping-particle": "van der",
        "family": "Berg",
    }
    assert mine["author"][4] == {"literal": "毛泽东"}
    assert mine["issued"] == {"date-parts": [[2024, 12, 17]]}
    assert (mine["type"], hostile["type"]) == ("article", "article-journal")
    assert mine["title"] == PAPER.title
    assert "DOI" not in hostile


def test_a_spreadsheet_runs_no_cell() -> None:
    text = written("csv", PAPER, HOSTILE)
    mine, hostile = csv.DictReader(io.StringIO(text))
    assert mine["title"] == PAPER.title
    assert mine["upvotes"] == "3"
    assert hostile["title"] == f"'{HOSTILE.title}"
    assert hostile["venue"] == "'-1+1"
    assert hostile["authors"].startswith("'+Mallory")
    assert all(cell[:1] not in set("=+-@") for cell in [*mine.values(), *hostile.values()] if cell)


def test_markdown_is_text_and_links() -> None:
    tokens = MarkdownIt("commonmark").parse(written("markdown", HOSTILE, PAPER))
    inner = [one for token in tokens for one in token.children or ()]
    assert not [one.type for one in inner if one.type in ("html_inline", "image", "code_inline")]
    assert not [token.type for token in tokens if token.type == "html_block"]
    links = [str(one.attrs["href"]) for one in inner if one.type == "link_open"]
    assert len(links) == 2
    assert all(link.startswith("https://") for link in links)
    shown = "".join(one.content for one in inner)
    assert "<script>alert(1)</script> [x](javascript:y)" in shown
    assert "BERT & LoRA: 100% of $O(n^{2})$" in shown


@pytest.mark.parametrize("name", [", ,", "& 0", "B*, &", "$ _", "~ '"])
def test_bibtex_names_of_signs_stay_whole(name: str) -> None:
    (entry,) = entries(written("bibtex", replace(PAPER, authors=(name, "B"))))
    assert [part.last for part in entry["author"]] == [[f"{{{latex(name)}}}"], ["{B}"]]


@pytest.mark.parametrize(("form", "suffix"), [("bibtex", "bib"), ("ris", "ris"), ("csl", "json")])
def test_nearpaper_reads_its_own_references(form: ExportName, suffix: str, tmp_path: Path) -> None:
    (found,) = read_back(written(form, PAPER), suffix, tmp_path)
    assert (found.id, found.url, found.doi) == (PAPER.id, PAPER.url, PAPER.doi)
    assert found.title == PAPER.title
    assert found.authors == (*AUTHORS[:7], "Donald E. Knuth")
    assert PAPER.date.startswith(found.date)
    assert len(found.date) >= 7


@pytest.mark.parametrize(("form", "suffix"), [("csv", "csv"), ("jsonl", "jsonl")])
def test_nearpaper_reads_its_own_tables(form: ExportName, suffix: str, tmp_path: Path) -> None:
    (found,) = read_back(written(form, PAPER), suffix, tmp_path)
    assert found.title == PAPER.title
    assert found.abstract == PAPER.abstract
    assert found.authors[:7] == AUTHORS[:7]
    assert (found.date, found.categories, found.upvotes) == (PAPER.date, PAPER.categories, 3)


@pytest.mark.parametrize(
    ("printed", "parts"),
    [
        ("Plato", PersonName(literal="Plato")),
        ("Sammy Davis, Jr.", PersonName("Sammy", "", "Davis", "Jr.")),
        ("de la Cruz, Ana", PersonName("Ana", "de la", "Cruz")),
        ("King, Martin, III", PersonName("Martin", "", "King", "III")),
        ("Quoc V. Le", PersonName("Quoc V.", "", "Le")),
        ("de Wynter", PersonName("de", "", "Wynter")),
        (" , ", PersonName(literal=",")),
        (", ,", PersonName(literal=", ,")),
    ],
)
def test_names(printed: str, parts: PersonName) -> None:
    assert name_parts(printed) == parts


_SIGNS = "aB 1${}\\%&#_^~\"'@=,;-*[]()<>!|`é毛\n\u2028"
TEXT = st.text(st.sampled_from(_SIGNS) | st.characters(codec="utf-8"), max_size=40)


@given(title=TEXT, abstract=TEXT, names=st.lists(TEXT, max_size=3), venue=TEXT)
def test_no_text_breaks_a_format(title: str, abstract: str, names: list[str], venue: str) -> None:
    raw: dict[str, Any] = {"id": "x1", "title": title, "abstract": abstract, "authors": names}
    try:
        paper = make_paper(raw | {"venue": venue}, source="test")
    except ValueError:
        return
    assert len(entries(written("bibtex", paper, PAPER))) == 2
    assert len(rispy.loads(written("ris", paper, PAPER))) == 2
    assert len(json.loads(written("csl", paper, PAPER))) == 2
    rows = list(csv.reader(io.StringIO(written("csv", paper, PAPER))))
    assert [len(row) for row in rows] == [len(COLUMNS)] * 3
    assert len(written("jsonl", paper, PAPER).splitlines()) == 2
    tokens = MarkdownIt().parse(written("markdown", paper, PAPER))
    assert [token.type for token in tokens if token.level == 1].count("list_item_open") == 2


def test_every_format_has_its_name() -> None:
    assert tuple(FORMATS) == get_args(ExportName)
    assert all(FORMATS[form].write([]) is not None for form in FORMATS)
