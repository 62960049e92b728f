from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from archive_server import Record, atom, atom_entry, oai, oai_record
from hypothesis import given
from hypothesis import strategies as st

from indexer.maintenance.check import check
from indexer.maintenance.upkeep import info
from indexer.papers.paper import Paper
from indexer.pipeline import add
from indexer.sources import Item, Reject, Removal, open_source
from indexer.sources.formats.xml.arxiv_atom import parse_arxiv_atom, read_arxiv_atom
from indexer.sources.formats.xml.oai_pmh import parse_oai_pmh, read_oai_pmh
from indexer.sources.reading.raw import Bad, Gone
from indexer.sources.reading.xml_stream import BrokenXMLError, elements

SHARED = Path(__file__).resolve().parents[5] / "../shared"

CORE = """<record><header><identifier>oai:zenodo.org:77</identifier>
<datestamp>2024-01-02</datestamp></header><metadata>
<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Of tides</dc:title>
<dc:creator>Moon, Ada</dc:creator><dc:creator>Sea, Bo</dc:creator><dc:subject>oceans</dc:subject>
<dc:description>short</dc:description><dc:description>We follow the tides.</dc:description>
<dc:date>2024-01-02</dc:date><dc:date>2023-05-06</dc:date>
<dc:identifier>https://zenodo.org/records/77</dc:identifier>
<dc:identifier>10.5281/zenodo.77</dc:identifier><dc:rights>CC BY</dc:rights></oai_dc:dc>
</metadata></record>"""
OTHER = (
    """<record><header><identifier>x</identifier></header><metadata><marc/></metadata></record>"""
)
PAGE = oai(
    "<ListRecords>"
    + oai_record(Record(1))
    + oai_record(Record(2, deleted=True))
    + CORE
    + OTHER
    + '<resumptionToken cursor="0" completeListSize="99">go|on</resumptionToken></ListRecords>'
)


def test_elements_that_nobody_wants_take_no_memory(tmp_path: Path) -> None:
    page = tmp_path / "page.xml"
    page.write_bytes(oai(f"<ListRecords>{'<x/>' * 600_000}</ListRecords>"))
    code = (
        "import resource, sys\n"
        "from indexer.sources.formats.xml.oai_pmh import read_oai_pmh\n"
        "def most(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10\n"
        "import lxml.etree\nbefore = most()\n"
        "assert not list(read_oai_pmh(open(sys.argv[1], 'rb')))\n"
        "print(most() - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(page)], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 30


def test_a_record_without_end_is_refused() -> None:
    page = oai(f"<ListRecords>{oai_record(Record(1))}<record>{'<x/>' * 1_200_000}")
    first, last = read_oai_pmh(io.BytesIO(page))
    assert not isinstance(first, Bad)
    assert isinstance(last, Bad)
    assert "more than 4,194,304 bytes" in last.reason


def items(tmp_path: Path, data: bytes) -> list[Item]:
    path = tmp_path / "saved.xml"
    path.write_bytes(data)
    with open_source(str(path)) as source:
        return list(source)


def test_a_saved_page(tmp_path: Path) -> None:
    paper, gone, core, other = items(tmp_path, PAGE)
    assert isinstance(paper, Paper)
    assert (paper.id, paper.sources) == ("2403.00001", ("arxiv",))
    assert gone == Removal("2403.00002")
    assert isinstance(core, Paper)
    assert (core.id, core.doi, core.date) == (
        "oai:zenodo.org:77",
        "10.5281/zenodo.77",
        "2023-05-06",
    )
    assert core.authors == ("Moon, Ada", "Sea, Bo")
    assert core.abstract == "We follow the tides."
    assert core.licence == "CC BY"
    assert isinstance(other, Reject)
    assert "ask for arXiv or oai_dc" in other.reason


def test_of_dublin_cores_identifiers_the_doi_is_one(tmp_path: Path) -> None:
    links = ("http://arxiv.org/abs/2410.12345", "https://doi.org/10.5281/zenodo.77")
    core = CORE.replace("https://zenodo.org/records/77", links[0])
    core = core.replace(">10.5281/zenodo.77", f">{links[1]}").replace("CC BY", "words " * 99)
    (paper,) = items(tmp_path, oai(f"<ListRecords>{core}</ListRecords>"))
    assert isinstance(paper, Paper)
    assert (paper.doi, paper.licence) == ("10.5281/zenodo.77", "")


def test_lines_are_those_of_the_record(tmp_path: Path) -> None:
    found = list(read_oai_pmh(io.BytesIO(PAGE)))
    lines = PAGE.decode().splitlines()
    assert all("<record>" in lines[item.line - 1] for item in found)
    assert [item.line for item in found] == sorted({item.line for item in found})


def test_no_more_than_a_record_is_held() -> None:
    page = oai(
        "<ListRecords>" + "".join(map(oai_record, map(Record, range(300)))) + "</ListRecords>"
    )
    held = []
    for element in elements(io.BytesIO(page), "{http://www.openarchives.org/OAI/2.0/}record"):
        parent = element.getparent()
        assert parent is not None
        held.append(len(parent))
    assert len(held) == 300
    assert max(held[1:-1]) < 150


@pytest.mark.shared
def test_a_real_page_of_arxiv() -> None:
    path = SHARED / "samples" / "arxiv-oai-listrecords.xml"
    if not path.exists():
        pytest.skip("../shared isn't there")
    with open_source(str(path)) as source:
        (paper,) = source
    assert isinstance(paper, Paper)
    assert (paper.id, paper.date, paper.doi) == (
        "0801.3931",
        "2008-01-25",
        "10.1007/978-3-540-75826-6_11",
    )
    assert paper.authors == ("T. Manos", "E. Athanassoula")
    assert paper.categories == ("astro-ph",)
    assert paper.venue.startswith("Chaos in Astronomy")
    assert "Poincaré" in paper.abstract


def test_what_is_gone_leaves_an_index(tmp_path: Path) -> None:
    index = tmp_path / "index"
    first, second = tmp_path / "first.xml", tmp_path / "second.xml"
    first.write_bytes(
        oai(f"<ListRecords>{oai_record(Record(1))}{oai_record(Record(2))}</ListRecords>")
    )
    second.write_bytes(PAGE)
    assert add(index, [str(first)], model="hashing").added == 2
    tally = add(index, [str(second)])
    assert (tally.added, tally.removed, tally.unchanged, tally.rejected) == (1, 1, 1, 1)
    assert info(index)["papers"] == 2
    assert check(index) == []


def test_a_page_that_breaks_off_counts_up_to_there() -> None:
    found = list(read_oai_pmh(io.BytesIO(PAGE[: PAGE.index(b"Of tides")])))
    assert len(found) == 3
    assert isinstance(found[-1], Bad)
    assert "not XML" in found[-1].reason


@given(st.integers(0, len(PAGE.rstrip()) - 1))
def test_no_part_of_a_page_counts_as_a_page(size: int) -> None:
    with pytest.raises(BrokenXMLError):
        parse_oai_pmh(PAGE[:size])


def test_a_whole_page() -> None:
    page = parse_oai_pmh(PAGE)
    assert (page.token, page.total, len(page.items)) == ("go|on", 99, 4)
    assert page.marks[1] == ("oai:arXiv.org:2403.00002", "2024-03-01")
    assert isinstance(page.items[1], Gone)


@pytest.mark.parametrize("size", ["", "many", "-1", "9" * 30, "٣"])
def test_a_size_that_makes_no_sense_is_none(size: str) -> None:
    page = parse_oai_pmh(PAGE.replace(b'"99"', f'"{size}"'.encode()))
    assert page.total is None


BOMB = b"""<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>"""
OUTSIDE = b'<!DOCTYPE b [<!ENTITY d SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("declared", [BOMB, OUTSIDE])
def test_entities_are_refused(declared: bytes) -> None:
    head, rest = PAGE.split(b"\n", 1)
    page = head + declared + rest.replace(b"Paper &amp;", b"Paper &d;")
    with pytest.raises(BrokenXMLError, match="entities"):
        parse_oai_pmh(page)
    (bad,) = read_oai_pmh(io.BytesIO(page))
    assert isinstance(bad, Bad)


def test_a_deep_document_is_refused() -> None:
    deep = b"<title>" * 100_000
    with pytest.raises(BrokenXMLError):
        parse_oai_pmh(PAGE.replace(b"<title>", deep, 1))


FEED = atom(1234, "".join(map(atom_entry, [Record(1), Record(2)])))


def test_a_saved_answer_to_a_query(tmp_path: Path) -> None:
    first, second = items(tmp_path, FEED)
    assert isinstance(first, Paper)
    assert first.id == "2403.00001"
    assert isinstance(second, Paper)
    assert second.version == 2
    assert second.categories == ("math.OC", "cs.CL")
    assert second.sources == ("arxiv",)


def test_a_whole_answer_to_a_query() -> None:
    page = parse_arxiv_atom(FEED)
    assert (page.total, len(page.items), page.error) == (1234, 2, "")
    for size in range(0, len(FEED.rstrip()) - 1, 17):
        with pytest.raises(BrokenXMLError):
            parse_arxiv_atom(FEED[:size])


def test_an_error_among_entries_is_no_paper() -> None:
    entry = "<entry><id>http://arxiv.org/api/errors#x</id><summary>so not</summary></entry>"
    (bad,) = read_arxiv_atom(io.BytesIO(atom(1, entry)))
    assert isinstance(bad, Bad)
    assert bad.reason == "so not"
    assert parse_arxiv_atom(atom(1, entry)).error == "so not"
