from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import SourceError
from search.evaluation.collection import read_collection

QUERIES = '{"id": "q1", "text": "attention"}\n{"id": "q2", "text": "gravity"}\n'
QRELS = "q1\tp1\t2\nq1\tp2\t0\nq2\tp2\t1\n"
FILES = {"corpus.jsonl": '{"id": "p1", "title": "T"}\n', "queries.jsonl": QUERIES}


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def test_a_flat_collection(tmp_path: Path) -> None:
    collection = read_collection(write(tmp_path / "flat", {**FILES, "qrels.tsv": QRELS}))
    assert collection.name == "flat"
    assert collection.corpus == tmp_path / "flat" / "corpus.jsonl"
    assert [(q.id, q.text) for q in collection.questions] == [
        ("q1", "attention"),
        ("q2", "gravity"),
    ]
    assert collection.questions[0].grades == {"p1": 2, "p2": 0}


@pytest.mark.parametrize("split", ["test", "dev", "train"])
def test_beirs_layout_with_header_all_gzip(tmp_path: Path, split: str) -> None:
    files = {
        "corpus.jsonl.gz": '{"_id": "p1", "title": "T", "text": "A"}\n',
        "queries.jsonl.gz": QUERIES.replace('"id"', '"_id"'),
        f"qrels/{split}.tsv.gz": "query-id\tcorpus-id\tscore\r\n" + QRELS.replace("\n", "\r\n"),
    }
    packed = {name: gzip.compress(text.encode()) for name, text in files.items()}
    collection = read_collection(write(tmp_path, packed))
    assert [question.grades for question in collection.questions] == [
        {"p1": 2, "p2": 0},
        {"p2": 1},
    ]


def test_the_test_split_counts_before_the_others(tmp_path: Path) -> None:
    splits = {"qrels/train.tsv": "q1\tp1\t1\n", "qrels/test.tsv": "q2\tp2\t1\n"}
    questions = read_collection(write(tmp_path, {**FILES, **splits})).questions
    assert [question.id for question in questions] == ["q2"]


def test_questions_without_a_relevant_paper_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, {**FILES, "qrels.tsv": "q1\tp1\t0\nq1\tp2\t-1\nq2\tp1\t1\nq9\tp1\t1\n"})
    assert [question.id for question in read_collection(tmp_path).questions] == ["q2"]


def test_ids_are_those_of_the_index(tmp_path: Path) -> None:
    qrels = (
        "q1\thttps://doi.org/10.18653/V1/2020.acl-main.1\t1\nq1\tarXiv:2412.09645v2\t1\n"
        "q1\t2412.09645v1\t3\nq1\thttps://aclanthology.org/P19-1001/\t0\n"
    )
    (question,) = read_collection(write(tmp_path, {**FILES, "qrels.tsv": qrels})).questions
    assert question.grades == {"2020.acl-main.1": 1, "2412.09645": 3, "P19-1001": 0}


def test_the_paper_that_a_question_is_made_of_is_left_out(tmp_path: Path) -> None:
    queries = [
        {"id": "q1", "text": "one", "query_doc": "2412.00001v1"},
        {"id": 2, "text": "two", "query_doc": 7},
    ]
    qrels = "q1\t2412.00001\t3\nq1\tp\t1\n2\t7\t1\n"
    lines = "\n".join(map(json.dumps, queries))
    write(tmp_path, {**FILES, "queries.jsonl": lines, "qrels.tsv": qrels})
    (question,) = read_collection(tmp_path).questions
    assert (question.without, question.grades) == (("2412.00001",), {"p": 1})


def test_a_corpus_can_lie_elsewhere(tmp_path: Path) -> None:
    elsewhere = write(tmp_path / "a", FILES) / "corpus.jsonl"
    folder = write(tmp_path / "b", {"queries.jsonl": QUERIES, "qrels.tsv": QRELS})
    assert read_collection(folder, elsewhere).corpus == elsewhere
    with pytest.raises(SourceError, match="--corpus"):
        read_collection(folder)
    with pytest.raises(SourceError, match="no such file"):
        read_collection(folder, tmp_path / "nothing")


def test_byte_order_marks_are_no_part_of_an_id(tmp_path: Path) -> None:
    bom = "\N{ZERO WIDTH NO-BREAK SPACE}"
    write(tmp_path, {**FILES, "queries.jsonl": bom + QUERIES, "qrels.tsv": bom + QRELS})
    assert len(read_collection(tmp_path).questions) == 2


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("qrels.tsv", "q1\tp1\n", r"qrels\.tsv: line 1: 2 columns.*tabs"),
        ("qrels.tsv", "q1 p1 1\n", r"line 1: 1 columns"),
        ("qrels.tsv", "q1\tp1\t1\nq1\tp2\thigh\n", r"line 2: the grade 'high'"),
        ("qrels.tsv", "query\tpaper\tgrade\n", r"line 1: .*header must read query-id"),
        ("qrels.tsv", "q1\tp1\t1e9\n", r"line 1: the grade"),
        ("qrels.tsv", "q1\tp1\t99999999999999999999999\n", r"line 1: the grade"),
        ("qrels.tsv", "q1\t \t1\n", r"line 1: not a paper's id"),
        ("qrels.tsv", "", r"no question .* above 0"),
        ("qrels.tsv", "q7\tp1\t1\n", r"no question .* alike"),
        ("qrels.tsv", gzip.compress(QRELS.encode())[:-9], r"break off"),
        ("queries.jsonl", "{\n", r"queries\.jsonl: line 1: not JSON"),
        ("queries.jsonl", "[1]\n", r"line 1: not a JSON object"),
        ("queries.jsonl", '{"text": "x"}\n', r"line 1: id is missing"),
        ("queries.jsonl", '{"id": true, "text": "x"}\n', r"line 1: id is missing"),
        ("queries.jsonl", '{"id": "q1"}\n', r"line 1: text is missing"),
        ("queries.jsonl", '{"id": "q1", "text": " "}\n', r"line 1: text is missing"),
        ("queries.jsonl", QUERIES + QUERIES, r"line 3: question 'q1' occurs twice"),
        ("queries.jsonl", json.dumps({"id": "q1", "text": "x" * 10_001}), r"longer than 10,000"),
    ],
)
def test_what_is_malformed_is_named_with_its_line(
    tmp_path: Path, name: str, content: str | bytes, says: str
) -> None:
    write(tmp_path, {**FILES, "qrels.tsv": QRELS, name: content})
    with pytest.raises(SourceError, match=says) as raised:
        read_collection(tmp_path)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("missing", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    write(tmp_path, {**FILES, "qrels.tsv": QRELS})
    (tmp_path / missing).unlink()
    with pytest.raises(SourceError, match=missing):
        read_collection(tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere: no such folder"):
        read_collection(tmp_path / "nowhere")


@given(queries=st.binary(max_size=200), qrels=st.binary(max_size=200))
def test_no_content_does_more_than_be_refused(
    tmp_path_factory: pytest.TempPathFactory, queries: bytes, qrels: bytes
) -> None:
    folder = tmp_path_factory.mktemp("any")
    write(folder, {**FILES, "queries.jsonl": queries, "qrels.tsv": qrels})
    with pytest.raises(SourceError):
        read_collection(folder)
