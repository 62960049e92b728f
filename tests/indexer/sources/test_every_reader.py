"""Every reader with every other reader's files, with files that break off, and with bent ones."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import SourceError
from indexer.papers.paper import Paper
from indexer.sources import FORMATS, judge
from indexer.sources.detect import detect_format
from indexer.sources.reading.attempts import UNFORESEEN
from indexer.sources.reading.raw import Bad, Columns
from indexer.sources.reading.stream import buffered
from tests.indexer.sources.samples import BINARY, SAMPLES


def titles(name: str, data: bytes) -> Iterator[str]:
    """What a reader makes of some bytes; fails where it met what it wasn't made for."""
    try:
        for item in FORMATS[name](buffered([data])):
            if isinstance(item, Columns):
                continue
            assert not (isinstance(item, Bad) and item.reason.startswith(UNFORESEEN)), item
            paper = judge(item, source="s", path="p")
            if isinstance(paper, Paper):
                yield paper.title
    except SourceError:
        return


def test_there_is_a_file_of_every_format() -> None:
    assert {*SAMPLES, *BINARY} == FORMATS.keys()


@pytest.mark.parametrize("name", SAMPLES)
def test_each_is_recognised_and_read(name: str) -> None:
    text = SAMPLES[name]
    assert detect_format(text.encode()) == name
    assert list(titles(name, text.encode())) == ["Wobbling rails", "Floating boats"]


@pytest.mark.parametrize(("reader", "file"), [*product(FORMATS, SAMPLES)])
def test_readers_survive_each_others_files(reader: str, file: str) -> None:
    for text in (SAMPLES[file], SAMPLES[file].replace("\n", "\r\n"), SAMPLES[file] * 2):
        list(titles(reader, text.encode()))


WHOLE_ONLY = ("json", "csl-json", "crossref", "europe-pmc", "zotero", "huggingface")
"""Formats that may be one document, of which a part is none."""


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_that_breaks_off_loses_no_paper_before(name: str) -> None:
    data = SAMPLES[name].encode()
    first = data.index(b"Floating")
    for end in range(len(data)):
        found = list(titles(name, data[:end]))
        if end > first and name not in WHOLE_ONLY:
            assert found[:1] == ["Wobbling rails"]


SCRAPS = (
    *(
        "\\href{",
        "\\verb",
        "{",
        "}",
        "[",
        "]",
        '"',
        "<",
        ">",
        "&b;",
        "</",
        "<!--",
        "]]>",
        "\0",
        "\n",
    ),
    *("\r", "\t", ",", ";", "%", "@x{", "#", "TY  - ", "ER  - ", "%T ", "PT ", "PMID- 1\n", "null"),
    *(
        '{"a": 1}',
        "[]",
        "0",
        "\u2028",
        "\ufeff",
        "\ud7ff",
        "é",
        "$",
        "^",
        "\\",
        "10.5555/x",
        "<record>",
    ),
    *("<article key=''>", "<title>", "crossref={k},", "author={", " and ", "year=", "1e999", "-"),
)


@pytest.mark.parametrize("name", SAMPLES)
@given(
    cuts=st.lists(
        st.tuples(st.integers(0, 2_000), st.integers(0, 30), st.sampled_from(SCRAPS)), max_size=6
    )
)
def test_bent_files_cost_records_and_not_the_run(
    name: str, cuts: list[tuple[int, int, str]]
) -> None:
    text = SAMPLES[name]
    for place, length, scrap in cuts:
        start = place % (len(text) + 1)
        text = text[:start] + scrap + text[start + length :]
    list(titles(name, text.encode("utf-8", "surrogatepass")))
