"""Files in the encodings and with the ends of lines that people's programs write."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import SourceError
from indexer.papers.paper import Paper
from indexer.sources import Reject, Source, open_source
from indexer.sources.reading.encoding import Transcoder

CSV = "title,authors,year\nÜber die Größe des Tees,J. Müller; R. Lefèvre,2019\nTea,A. Tester,2020\n"
RIS = "TY  - JOUR\nTI  - Über die Größe des Tees\nAU  - Müller, J.\nAU  - Lefèvre, R.\nER  - \n"
BIBTEX = "@misc{a,\n title={Über die Größe des Tees},\n author={Müller, J. and Lefèvre, R.}}\n"
JSONL = json.dumps({"title": "Über die Größe des Tees", "authors": ["J. Müller", "R. Lefèvre"]},
                   ensure_ascii=False) + "\n"  # fmt: skip
FILES = {"csv": CSV, "ris": RIS, "bibtex": BIBTEX, "jsonl": JSONL}
LINE_ENDS = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}
ENCODINGS = [
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "cp1252",
    "latin-1",
]


def read(path: Path, data: bytes) -> tuple[list[Paper], list[Reject], Source]:
    path.write_bytes(data)
    source = open_source(str(path))
    items = list(source)
    papers = [item for item in items if isinstance(item, Paper)]
    return papers, [item for item in items if isinstance(item, Reject)], source


@pytest.mark.parametrize("end", LINE_ENDS)
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("format", FILES)
def test_a_file_is_read_whatever_wrote_it(
    format: str, encoding: str, end: str, tmp_path: Path
) -> None:
    text = FILES[format].replace("\n", LINE_ENDS[end])
    papers, rejects, source = read(tmp_path / "file", text.encode(encoding))
    assert rejects == []
    assert source.format == format
    assert papers[0].title == "Über die Größe des Tees"
    assert papers[0].authors == ("J. Müller", "R. Lefèvre") or format == "ris"
    assert len(papers) == (2 if format == "csv" else 1)


TEXTS = {
    "cp1250": "tytuł,autor\n" + "Wpływ światła na żółte źdźbła,Łukasz Żak\n" * 3,
    "cp1251": "название,автор\n" + "Влияние света на рост растений,И. И. Иванов\n" * 3,
    "koi8-r": "название,автор\n" + "Влияние света на рост растений,И. И. Иванов\n" * 3,
    "gb18030": "标题,作者\n" + "茶叶生长的研究方法与应用,王小明\n" * 3,
    "shift-jis": "タイトル,著者\n" + "お茶の成長に関する研究と応用,山田太郎\n" * 3,
    "euc-kr": "제목,저자\n" + "차의 성장에 관한 연구와 응용,김철수\n" * 3,
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_other_alphabets_are_found_out(encoding: str, tmp_path: Path) -> None:
    papers, rejects, source = read(tmp_path / "a.csv", TEXTS[encoding].encode(encoding))
    assert rejects == []
    title, author = TEXTS[encoding].splitlines()[1].split(",")
    assert (papers[0].title, papers[0].authors) == (title, (author,))
    assert source.report.encoding


def test_an_old_macs_file_is_read(tmp_path: Path) -> None:
    data = CSV.replace("\n", "\r").encode("mac_roman")
    papers, _, source = read(tmp_path / "a.csv", data)
    assert papers[0].authors == ("J. Müller", "R. Lefèvre")
    assert source.report.encoding == "Mac Roman"


def test_the_first_letter_that_isnt_ascii_may_come_late(tmp_path: Path) -> None:
    rows = "".join(f"Tea {n},A. Tester,2019\n" for n in range(20_000))
    data = f"title,authors,year\n{rows}Größe,J. Müller,2020\n".encode("cp1252")
    papers, rejects, source = read(tmp_path / "a.csv", data)
    assert rejects == []
    assert (papers[-1].title, papers[-1].authors) == ("Größe", ("J. Müller",))
    assert source.report.encoding == "Windows-1252"


def test_damage_in_utf8_costs_its_record_alone(tmp_path: Path) -> None:
    rows = "".join(f"Größe {n},J. Müller,2019\n" for n in range(9)).encode()
    papers, rejects, source = read(
        tmp_path / "a.csv", b"title,authors,year\n" + rows + b"Gr\xf6\xdfe,X,2019\n" + rows
    )
    assert len(papers) == 18
    assert [(reject.line, reject.reason) for reject in rejects] == [(11, "not UTF-8 text")]
    assert source.report.encoding == ""


def test_an_xml_file_says_how_it_is_encoded(tmp_path: Path) -> None:
    text = """<?xml version="1.0" encoding="ISO-8859-1"?>
<collection id="P19"><volume id="1"><paper id="1"><title>Größe</title></paper></volume></collection>
"""
    papers, rejects, _ = read(tmp_path / "a.xml", text.encode("latin-1"))
    assert rejects == []
    assert papers[0].title == "Größe"
    wide = text.replace("ISO-8859-1", "UTF-16").encode("utf-16")
    papers, _, _ = read(tmp_path / "b.xml", wide)
    assert papers[0].title == "Größe"


@pytest.mark.parametrize("encoding", ["utf-16-le", "cp1252"])
def test_what_cant_be_read_names_the_encoding_that_was_tried(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "words"
    path.write_bytes("Größe ist schön und süß; Öl äußert Übel.\n".encode(encoding) * 9)
    shown = {"utf-16-le": "UTF-16-LE", "cp1252": "Windows-1252"}[encoding]
    with pytest.raises(SourceError, match=f"it was read as {shown}"):
        open_source(str(path))


@pytest.mark.parametrize(
    "data",
    [b"%PDF-1.7\n\xff\xfe\x00\x01" * 99, bytes(range(256)) * 400, b"\xff\xfe", b"\xff" * 999],
)
def test_what_is_no_text_is_refused_or_rejected(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "binary"
    path.write_bytes(data)
    try:
        assert not [item for item in open_source(str(path)) if isinstance(item, Paper)]
    except SourceError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017 - either way out is right


@given(st.text(), st.integers(1, 9))
def test_utf8_comes_out_as_it_went_in_however_the_bytes_arrive(text: str, size: int) -> None:
    data = text.replace("\r", "").replace("\0", "").encode("utf-8", "replace")
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    assert b"".join(Transcoder(iter(chunks), data)) == data


@given(st.text(min_size=1), st.sampled_from(["utf-16", "utf-32"]), st.integers(1, 9))
def test_marked_text_comes_out_as_utf8(text: str, encoding: str, size: int) -> None:
    # A mark of UTF-16 and a NUL are the mark of UTF-32.
    text = text.replace("\r", "").replace("\0", "")
    text = text.encode("utf-8", "replace").decode().lstrip("\ufeff")
    data = text.encode(encoding)
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    assert b"".join(Transcoder(iter(chunks), data)).decode() == text


@given(st.binary(), st.integers(1, 9), st.sampled_from([b"", codecs.BOM_UTF16_BE, b"<?xml "]))
def test_any_bytes_are_taken(data: bytes, size: int, start: bytes) -> None:
    data = start + data
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    assert isinstance(b"".join(Transcoder(iter(chunks), data)), bytes)
