from __future__ import annotations

import json

import pytest

from indexer.sources.detect import detect_format

RECORD = {"id": "1", "title": "A", "authors": [{"name": "Ann"}]}


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ('{"title": "A"}\n', "jsonl"),
        ('{"title": "A"}', "jsonl"),
        ('\n  {"title": "A"}\n{"title": "B"}\n', "jsonl"),
        ('garbage\n{"title": "A"}\n', "jsonl"),
        ('[1, 2]\n{"title": "A"}\n', "jsonl"),
        ('{"title": "' + "x" * 70_000, "jsonl"),
        (json.dumps(RECORD, indent=2), "json"),
        (json.dumps([RECORD]), "json"),
        (json.dumps([RECORD]) + "\n\n", "json"),
        (json.dumps([RECORD], indent=1), "json"),
        ('[\n{"title": "A"},\n{"title": "B"}\n]\n', "json"),
        (json.dumps([{"paper": {"id": "1"}, "title": "A"}]), "huggingface"),
        ("id,title\n1,A\n", "csv"),
        ('"Title";"Year"\n"A";2020\n', "csv"),
        ("abstract\nA\n", "csv"),
        ("id\ttitle\n1\tA\n", "tsv"),
        ("new\n\nA\n\nB\n\n  • 3 authors\n·\n", "huggingface-page"),
        ('{"title": "A", "publicationYear": 2020, "abstract": "x"}', "jsonl"),
        ('{"titles": [{"title": "A"}], "publicationYear": 2020}', "datacite"),
        ('{"data": [{"attributes": {"creators": [], "publicationYear": 2020}}]}', "datacite"),
        ("some words\nmore words\n", None),
        ("id,name\n1,A\n", None),
        ("", None),
        ("[" * 60_000, "json"),
    ],
)
def test_formats_are_guessed_from_content(head: str, name: str | None) -> None:
    assert detect_format(head.encode()) == name


def test_binary_content_is_no_format() -> None:
    assert detect_format(b"%PDF-1.7\n\xff\xfe\x00") is None
