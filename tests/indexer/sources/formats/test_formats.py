"""Records as the world writes them, each with what is broken in such files."""

from __future__ import annotations

import json
import string
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import SourceError
from indexer.papers.paper import Paper
from indexer.sources import Reject, open_source
from indexer.sources.formats.bibtex.latex import plain_text
from indexer.sources.formats.bibtex.reader import read_bibtex
from indexer.sources.formats.openalex import MAX_WORDS, abstract_of
from indexer.sources.formats.tagged.ris import read_ris
from indexer.sources.reading.fragments import Cutter
from indexer.sources.reading.raw import Raw
from indexer.sources.reading.stream import buffered


def read(path: Path, content: bytes | str) -> tuple[list[Paper], list[tuple[int, str]]]:
    """Papers, and lines and reasons of the rejects, of content whose format is guessed."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    items = list(open_source(str(path)))
    papers = [item for item in items if isinstance(item, Paper)]
    return papers, [(item.line, item.reason) for item in items if isinstance(item, Reject)]


SNAPSHOT = {
    "id": "2101.11408",
    "authors": "Vincent van Gogh, Martin Luther King Jr",
    "title": "Number Parsing at a\n  Gigabyte per Second",
    "comments": "17 pages",
    "journal-ref": "Software 51 (8), 2021",
    "doi": "10.1002/spe.2984 10.1002/spe.9999",
    "categories": "cs.DS cs.MS",
    "license": "http://creativecommons.org/licenses/by/4.0/",
    "abstract": "  With disks ...\n",
    "versions": [
        {"created": "Mon, 11 Jan 2021 20:31:27 GMT", "version": "v1"},
        {"created": "Sat, 30 Jan 2021 23:57:29 GMT", "version": "v12"},
    ],
    "update_date": "2022-11-07",
    "authors_parsed": [["van Gogh", "Vincent", ""], ["King", "Martin Luther", "Jr", "Morehouse"]],
}


def test_the_arxiv_snapshot(tmp_path: Path) -> None:
    lines = [SNAPSHOT, {**SNAPSHOT, "versions": "none", "authors_parsed": None}]
    papers, rejects = read(tmp_path / "a.json", "".join(json.dumps(one) + "\n" for one in lines))
    first, second = papers
    assert (first.title, first.abstract) == (
        "Number Parsing at a Gigabyte per Second",
        "With disks ...",
    )
    assert first.authors == ("Vincent van Gogh", "Martin Luther King Jr")
    assert (first.date, first.version) == ("2021-01-11", 12)
    assert (first.doi, first.ids) == ("10.1002/spe.2984", ("10.1002/spe.2984",))
    assert first.categories == ("cs.DS", "cs.MS")
    assert (second.date, second.version, second.comments) == ("2022-11-07", None, None)
    assert second.authors == first.authors
    assert rejects == []


WORK = {
    "id": "https://openalex.org/W2741809807",
    "doi": "https://doi.org/10.7717/PeerJ.4375",
    "ids": {"pmid": "https://pubmed.ncbi.nlm.nih.gov/29456894"},
    "title": "The <i>state</i> of OA",
    "publication_date": "2018-02-13",
    "abstract_inverted_index": {"Despite": [0], "of": [3], "the": [2], "growth": [10**15]},
    "authorships": [{"author": {"display_name": "Heather Piwowar"}}, {"author": None}],
    "topics": [{"display_name": "Scientometrics"}],
    "primary_location": {"source": {"display_name": "PeerJ"}, "license": "cc-by"},
}


def test_openalex_as_lines_as_answer_and_alone(tmp_path: Path) -> None:
    shapes = (
        json.dumps(WORK)
        + "\n"
        + json.dumps({**WORK, "id": "https://openalex.org/W1", "doi": None}),
        json.dumps({"meta": {"count": 2}, "results": [WORK, {**WORK, "doi": None}]}),
        json.dumps(WORK, indent=1),
    )
    for shape in shapes:
        papers, rejects = read(tmp_path / "works.json", shape)
        assert rejects == []
        paper = papers[0]
        assert paper.id == "10.7717/peerj.4375"
        assert paper.ids == ("W2741809807", "pmid:29456894")
        assert (paper.title, paper.abstract) == ("The state of OA", "Despite the of growth")
        assert paper.authors == ("Heather Piwowar",)
        assert (paper.venue, paper.licence) == ("PeerJ", "cc-by")


def test_an_openalex_preprint_goes_by_its_arxiv_id(tmp_path: Path) -> None:
    place = {"landing_page_url": "http://arxiv.org/abs/1706.03762v5"}
    (paper,), _ = read(tmp_path / "w.jsonl", json.dumps({**WORK, "locations": [place, None, 3]}))
    assert paper.id == "1706.03762"
    assert paper.ids == ("10.7717/peerj.4375", "W2741809807", "pmid:29456894")


@pytest.mark.parametrize(
    ("index", "reason"),
    [
        ({"a": [-1]}, "positions"),
        ({"a": [True]}, "positions"),
        ({"a": ["0"]}, "positions"),
        ({"a": 3}, "positions"),
        (["a"], "not an object"),
        ({"a": list(range(MAX_WORDS + 1))}, "more than 50,000 words"),
    ],
)
def test_hostile_inverted_indexes_cost_their_record(
    index: object, reason: str, tmp_path: Path
) -> None:
    lines = [{**WORK, "abstract_inverted_index": index}, WORK]
    papers, rejects = read(tmp_path / "w.jsonl", "\n".join(map(json.dumps, lines)))
    assert len(papers) == 1
    assert rejects[0][0] == 1
    assert reason in rejects[0][1]


@given(st.lists(st.text(string.ascii_letters, min_size=1), max_size=50), st.integers(1, 10**9))
def test_an_inverted_index_gives_its_text_back(text: list[str], step: int) -> None:
    index: dict[str, list[int]] = {}
    for place, word in enumerate(text):
        index.setdefault(word, []).append(place * step)
    assert abstract_of(index) == " ".join(text)


def test_semantic_scholars_papers_abstracts_and_api(tmp_path: Path) -> None:
    paper = {
        "corpusid": 13756489,
        "externalids": {"ArXiv": "1706.03762", "DOI": None, "ACL": "", "CorpusId": "13756489"},
        "title": "Attention",
        "authors": [{"authorId": "1", "name": "A. Vaswani"}],
        "venue": "",
        "journal": {"name": "NeurIPS"},
        "year": 2017,
        "publicationdate": None,
        "s2fieldsofstudy": [{"category": "Computer Science"}, {"category": "Computer Science"}],
    }
    abstract = {"corpusid": 13756489, "openaccessinfo": {"license": "CCBY"}, "abstract": "We ..."}
    (first, second), rejects = read(
        tmp_path / "s2.jsonl", json.dumps(paper) + "\n" + json.dumps(abstract)
    )
    assert (first.id, first.ids) == ("1706.03762", ("corpusid:13756489",))
    assert (first.date, first.venue, first.categories) == ("2017", "NeurIPS", ("Computer Science",))
    assert (second.id, second.abstract, second.licence) == ("corpusid:13756489", "We ...", "CCBY")
    assert rejects == []
    answer = {"total": 1, "data": [{"paperId": "a" * 40, "title": "T", "externalIds": {}}, 7]}
    papers, rejects = read(tmp_path / "api.json", json.dumps(answer))
    assert [paper.id for paper in papers] == ["a" * 40]
    assert rejects == [(1, "not a JSON object")]


ACL = """<?xml version='1.0' encoding='UTF-8'?>
<!DOCTYPE collection [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<collection id="P19">
  <volume id="1" ingest-date="2019-07-01">
    <meta>
      <booktitle>Proceedings of <fixed-case>ACL</fixed-case></booktitle>
      <month>July-August</month><year>2019</year>
    </meta>
    <frontmatter><url>P19-1000</url></frontmatter>
    <paper id="1">
      <title>One <fixed-case>T</fixed-case>ime in <tex-math>O(n)</tex-math></title>
      <author><first>Chongyang</first><last>Tao</last></author>
      <author><last>Plato</last></author>
      <abstract>Before &amp; <b>after</b>.</abstract>
      <doi>10.18653/v1/P19-1001</doi>
    </paper>
    <paper id="2"><title>a < b</title></paper>
    <paper id="3"><title>never closed
    <paper id="4"><title>bomb &b;</title></paper>
    <paper id="5"><title>fine</title></paper>
  </volume>
</collection>
"""


def test_the_acl_anthology(tmp_path: Path) -> None:
    papers, rejects = read(tmp_path / "P19.xml", ACL)
    first, last = papers
    assert (first.id, first.ids, first.doi) == (
        "P19-1001",
        (),
        "10.18653/v1/p19-1001",
    )
    assert (first.title, first.abstract) == ("One Time in $O(n)$", "Before & after.")
    assert first.authors == ("Chongyang Tao", "Plato")
    assert (first.venue, first.date) == ("Proceedings of ACL", "2019-07")
    assert (last.id, last.title) == ("P19-1005", "fine")
    assert [line for line, _ in rejects] == [17, 18, 19]
    assert [reason.split(" in line")[0] for _, reason in rejects] == [
        "not XML: StartTag: invalid element name",
        "no </paper> before the next <paper>",
        "not XML: Entity 'b' not defined",
    ]


@pytest.mark.parametrize(
    ("collection", "volume", "paper", "name"),
    [
        ("2020.acl", "main", "7", "2020.acl-main.7"),
        ("P19", "1", "7", "P19-1007"),
        ("W19", "1", "7", "W19-0107"),
        ("C69", "3", "7", "C69-0307"),
        ("D19", "51", "7", "D19-5107"),
        ("D19", "1", "7", "D19-1007"),
    ],
)
def test_ids_in_the_anthology(
    collection: str, volume: str, paper: str, name: str, tmp_path: Path
) -> None:
    text = (
        f'<collection id="{collection}"><volume id="{volume}"><paper id="{paper}">'
        "<title>T</title></paper></volume></collection>"
    )
    (found,), _ = read(tmp_path / "a.xml", text)
    assert found.id == name


@given(st.lists(st.sampled_from(["<p/>", "<p>x</p>", "\n", "y", "<q>"])), st.integers(1, 9))
def test_fragments_are_the_same_however_the_bytes_arrive(pieces: list[str], size: int) -> None:
    data = "".join(pieces).encode()
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    cutter = Cutter(("p",), ("q",))
    assert list(cutter.cut(buffered(chunks))) == list(cutter.cut(BytesIO(data)))
    assert len(list(cutter.cut(BytesIO(data)))) == sum(piece not in "\ny" for piece in pieces)


BIBTEX = r"""% a library
@string{acl = "Annual Meeting of the {ACL}"}
@inproceedings{devlin-etal-2019-bert,
  title = "{BERT}: {\"U}ber $O(n^2)$ \& 95% --- \emph{all} of it for $5",
  author = "Devlin, Jacob and
    van den Berg, Jan and {The {BERT} Team} and M{\"u}ller, J{\"o}rg and King, Jr., M. L.
    and others",
  booktitle = acl, month = jun, year = 2019,
  url = "https://aclanthology.org/N19-1423/", doi = "10.18653/v1/N19-1423",
}
@article{broken, title = {No end, author={X},
@article{kingma, title={Adam}, author={Kingma, D.},
  journal={arXiv preprint arXiv:1412.6980}, year={2014}}
@misc{e, title={Eprint}, author={Jos{\'e} Garc{\'i}a}, eprint={2101.00001v2},
  archivePrefix={arXiv}, year=2021, month={12}}
@article{nothing, year = 2000}
@article{e, title={A key given twice}, author={A, B, C, D}, date={2020-05-06/2021}}
"""


def test_bibtex(tmp_path: Path) -> None:
    papers, rejects = read(tmp_path / "a.bib", BIBTEX)
    bert, adam, eprint, twice = papers
    assert bert.title == "BERT: Über $O(n^2)$ & 95% — all of it for $5"
    assert bert.authors == (
        *("Jacob Devlin", "Jan van den Berg", "The BERT Team", "Jörg Müller", "M. L. King Jr."),
    )
    assert (bert.id, bert.venue, bert.date) == ("N19-1423", "Annual Meeting of the ACL", "2019-06")
    assert (adam.id, eprint.id) == ("1412.6980", "2101.00001")
    assert (eprint.authors, eprint.date) == (("José García",), "2021-12")
    assert (twice.title, twice.date) == ("A key given twice", "2020-05-06")
    assert [line for line, _ in rejects] == [11, 16]
    assert "not BibTeX: unexpected block start" in rejects[0][1]


def test_abbreviations_last_beyond_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [f"@article{{k{n},\n title = {{T{n}}},\n journal = j}}\n" for n in range(50)]
    text = ("@string{j = {Journal}}\n" + "".join(entries)).encode()
    whole = list(read_bibtex(BytesIO(text)))
    monkeypatch.setattr("indexer.sources.formats.bibtex.pieces.PIECE", 100)
    found = list(read_bibtex(BytesIO(text)))
    assert found == whole
    assert [item.line for item in found] == [2 + 3 * n for n in range(50)]
    assert all(isinstance(item, Raw) and item.fields["venue"] == "Journal" for item in found)


NAMES = st.text("abcdefghé", min_size=2, max_size=8).map(str.title)


@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=5))
def test_names_come_out_of_bibtex_and_ris_as_they_went_in(names: list[tuple[str, str]]) -> None:
    printed = [f"{first} {last}" for first, last in names]
    listed = " and ".join(f"{last}, {first}" for first, last in names)
    (entry,) = read_bibtex(BytesIO(f"@misc{{k, title={{T}}, author={{{listed}}}}}".encode()))
    lines = "".join(f"AU  - {last}, {first}\n" for first, last in names)
    (record,) = read_ris(BytesIO(f"TY  - JOUR\n{lines}ER  - \n".encode()))
    assert isinstance(entry, Raw)
    assert isinstance(record, Raw)
    assert entry.fields["authors"] == record.fields["authors"] == printed


@given(st.text(string.ascii_letters + " .,:;%&#_^()é—", max_size=60))
def test_text_that_is_no_latex_stays_as_it_is(text: str) -> None:
    assert plain_text(text) == text
    assert plain_text("{" + text + "}") == text


def test_braces_without_end_are_refused() -> None:
    with pytest.raises(ValueError, match="nested"):
        plain_text("{" * 100_000)


RIS = """TY  - JOUR
TI  - A title
  that goes on
AU  - King, Martin Luther, Jr.
PY  - 2017/12/04/
JO  - NeurIPS
DO  - 10.1000/XYZ
UR  - https://arxiv.org/abs/1706.03762
AB  - Abstract
KW  - no field of ours
ER  -

TY  - JOUR
TI  - Never ended
TY  - CONF
T1  - Second
Y1  - 2010
ER  -
TY  - JOUR
TI  - cut
"""


def test_ris(tmp_path: Path) -> None:
    papers, rejects = read(tmp_path / "a.ris", RIS.replace("\n", "\r\n"))
    first, *others = papers
    assert (first.id, first.ids) == ("1706.03762", ("10.1000/xyz",))
    assert (first.title, first.authors) == ("A title that goes on", ("Martin Luther King Jr.",))
    assert (first.date, first.venue, first.abstract) == ("2017-12-04", "NeurIPS", "Abstract")
    assert [(paper.title, paper.date) for paper in others] == [
        *(("Never ended", ""), ("Second", "2010"), ("cut", "")),
    ]
    assert rejects == []


def test_csl_json(tmp_path: Path) -> None:
    items = [
        {
            "id": "berg2020",
            "type": "article-journal",
            "title": "Of <i>E. coli</i>",
            "author": [
                {"family": "Berg", "given": "Jan", "non-dropping-particle": "van den"},
                {"literal": "The Team"},
            ],
            "issued": {"date-parts": [[2020, 5]]},
            "DOI": "10.1000/X",
            "PMID": "99000001",
            "PMCID": "PMC99",
            "container-title": ["Journal"],
        },
        {"type": "book", "title": 7, "container-title": None},
        {"type": "book", "title": "B", "issued": {"raw": "2019"}, "author": "nobody"},
    ]
    (first, second), rejects = read(tmp_path / "a.json", json.dumps(items))
    assert (first.id, first.title, first.date) == ("10.1000/x", "Of E. coli", "2020-05")
    assert first.authors == ("Jan van den Berg", "The Team")
    assert (first.venue, second.date) == ("Journal", "2019")
    assert first.ids == ("pmcid:PMC99", "pmid:99000001")
    assert rejects == [(1, "title is not text")]


@pytest.mark.parametrize("kind", ["parquet", "arrow", "stream"])
def test_columnar_tables(kind: str, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq, ipc = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pyarrow.ipc")
    ids = [str(number) for number in range(600)]
    columns = {"ID": ids, "Title": ["T"] * 599 + [None], "authors": [["A", "B"]] * 600}
    whole = pa.table({**columns, "pdf": [b"\0" * 100] * 600})
    path = tmp_path / "papers"
    if kind == "parquet":
        pq.write_table(whole, path, row_group_size=250)
    else:
        new = ipc.new_file if kind == "arrow" else ipc.new_stream
        with new(path, whole.schema) as writer:
            writer.write_table(whole)
    content = path.read_bytes()
    papers, rejects = read(path, content)
    assert [paper.id for paper in papers] == ids[:-1]
    assert papers[0].authors == ("A", "B")
    assert rejects == [(600, "neither title nor abstract")]
    if kind == "parquet":
        with pytest.raises(SourceError, match="not a Parquet file"):
            read(path, content[:-300])
    else:
        papers, rejects = read(path, content[: len(content) // 2])
        assert "damaged" in rejects[-1][1]


def test_parquet_out_of_a_pipe_is_one_line(tmp_path: Path) -> None:
    import gzip

    with pytest.raises(SourceError, match="unpack it into a file"):
        read(tmp_path / "a.parquet.gz", gzip.compress(b"PAR1" + b"\0" * 100 + b"PAR1"))


def test_without_pyarrow_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(SourceError, match=r"pip install 'nearpaper\[parquet\]'"):
        read(tmp_path / "a.parquet", b"PAR1" + b"\0" * 100 + b"PAR1")
