"""Bad records never stop a run: each is counted, with line and reason, and the rest goes in."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.errors import SourceError
from indexer.papers.paper import Paper
from indexer.sources import FORMATS, Reject, open_source
from indexer.sources.reading.raw import Bad, Columns, Raw
from indexer.sources.reading.stream import buffered


def line(**changes: Any) -> bytes:
    record = {"id": "1", "title": "A title", "abstract": "An abstract", "upvotes": 1, **changes}
    return json.dumps(record).encode()


MALFORMED: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"Attention Is All You Need", "not JSON: expecting value at column 1"),
    "cut off": (line()[:-5], "not JSON: unterminated string starting at column 60"),
    "two records on a line": (line() + line(), "not JSON: more text at column 73"),
    "no object": (b'["A title", "An abstract"]', "not a JSON object"),
    "not UTF-8": (b'{"title": "caf\xe9 \xc3\xa9 \xc3\xa9"}', "not UTF-8 text"),
    "not a number": (line(upvotes="many"), "upvotes is not a whole number"),
    "too deep": (b'{"title": ' + b"[" * 100_000, "not readable JSON: nested too deeply"),
    "no text": (line(title="", abstract=None), "neither title nor abstract"),
    "no name": (line(title="", id=None), "no id, and neither DOI nor title to make one of"),
    "title of a wrong type": (line(title=["A title"]), "title is not text"),
    "title too long": (line(title="x" * 2_001), "title is longer than 2,000 characters"),
    "negative votes": (line(upvotes=-1), "upvotes is negative"),
    "true votes": (line(upvotes=True), "upvotes is not a whole number"),
    "author of a wrong type": (line(authors=[["Ann"]]), "an author's name is not text"),
    "id that can't be seen": (line(id="\u0007"), "the id holds characters that can't be seen"),
}
"""Name, line, and how the reason begins."""


def test_a_thousand_lines_with_every_kind_of_malformed_record(tmp_path: Path) -> None:
    lines = [line(id=str(number)) for number in range(1_000)]
    expected: dict[int, str] = {}
    for kind, (bad, reason) in enumerate(MALFORMED.values()):
        for repeat in range(kind + 1):
            place = 7 + 61 * kind + 4 * repeat
            lines[place] = bad
            expected[place + 1] = reason
    path = tmp_path / "mixed.jsonl"
    path.write_bytes(b"\n".join(lines))

    found = list(open_source(str(path)))

    rejects = [item for item in found if isinstance(item, Reject)]
    assert len(expected) == 120
    assert len(found) - len(rejects) == 880
    assert {reject.line for reject in rejects} == set(expected)
    assert all(reject.reason.startswith(expected[reject.line]) for reject in rejects)
    assert {reject.source for reject in rejects} == {str(path)}
    assert all(len(reject.record) <= 500 for reject in rejects)
    papers = [item.id for item in found if isinstance(item, Paper)]
    assert papers == [str(n) for n in range(1_000) if n + 1 not in expected]


@pytest.mark.parametrize("kind", MALFORMED)
def test_each_kind_alone_costs_one_record(kind: str, tmp_path: Path) -> None:
    bad, reason = MALFORMED[kind]
    path = tmp_path / "mixed.jsonl"
    path.write_bytes(bad + b"\n" + line(id="2") + b"\n")
    reject, paper = open_source(str(path))
    assert isinstance(reject, Reject)
    assert reject.reason.startswith(reason)
    assert isinstance(paper, Paper)


def test_harmless_oddities_cost_nothing(tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    odd = b'{"id": "2", "id": "3", "title": "T", "big": ' + b"9" * 9_999 + b', "x": {"y": []}}'
    nan = line(id="4", upvotes=float("nan"), authors=["Ann", float("inf")])
    path.write_bytes(b"\xef\xbb\xbf" + line() + b"\r\n\r\n  \n" + odd + b"\n" + nan)
    papers = [item for item in open_source(str(path)) if isinstance(item, Paper)]
    assert [paper.id for paper in papers] == ["1", "3", "4"]
    assert (papers[2].upvotes, papers[2].authors) == (None, ("Ann",))


PIECES = st.lists(
    st.sampled_from(
        [
            *(
                b"{",
                b"}",
                b"[",
                b"]",
                b",",
                b":",
                b'"',
                b"\n",
                b"\r\n",
                b"\t",
                b";",
                b"\xff",
                b"\0",
            ),
            *(b'"title"', b'"T"', b"title", b"abstract", b'"paper"', b"1", b"NaN", b"Dec 17, 2024"),
            *("• 3 authors".encode(), "·".encode(), b'{"id":"1","title":"T"}', b"\xef\xbb\xbf"),
        ]
    ),
    max_size=30,
).map(b"".join)
COMPRESSED = st.sampled_from([b"\x1f\x8b\x08\x00", b"\x28\xb5\x2f\xfd"])


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.one_of(st.binary(), PIECES))
def test_readers_take_any_bytes(name: str, data: bytes) -> None:
    try:
        items = list(FORMATS[name](buffered([data])))
    except SourceError:
        return
    assert all(isinstance(item, Raw | Bad | Columns) for item in items)
    assert [item.line for item in items] == sorted(item.line for item in items)


@example(
    data=b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x00:\x01"
)  # one byte that isn't text, then cut
@given(data=st.one_of(st.binary(), PIECES, st.tuples(COMPRESSED, st.binary()).map(b"".join)))
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(data)
    try:
        kinds = Counter(type(item) for item in open_source(str(path)))
    except SourceError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either way out is right
        return
    assert set(kinds) <= {Paper, Reject}
