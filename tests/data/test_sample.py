"""The sample papers that ship with the project: complete, correct and in our own words."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

Record = dict[str, Any]

CHECKOUT = Path(__file__).resolve().parents[2]
SAMPLE = CHECKOUT / "data" / "papers.jsonl"
SHARED = CHECKOUT / "../shared/papers"

FACTS = ("title", "authors", "date", "url", "categories", "venue")
REQUIRED = {"id", "title", "abstract", "authors", "date", "url"}
COPIED_RUN = 8
"""So many words in a row that also stand in the original count as copied."""

ID_FORMS = {
    "arXiv": r"\d{4}\.\d{4,5}",
    "arXiv before April 2007": r"[a-z-]+/\d{7}",
    "ACL Anthology before 2020": r"[A-Z]\d{2}-\d{4}",
    "ACL Anthology": r"\d{4}\.[a-z]+-[a-z0-9]+\.\d+",
    "DOI": r"10\.\d{4,9}/\S+",
}
DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


def read_sample() -> list[Record]:
    with SAMPLE.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[i : i + COPIED_RUN]) for i in range(len(found) - COPIED_RUN + 1)}


def read_originals(wanted: set[str]) -> Iterator[Record]:
    for path in sorted(SHARED.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                record: Record = json.loads(line)
                if record["id"] in wanted:
                    yield record


def facts(record: Record) -> Record:
    return {field: record[field] for field in FACTS if record.get(field)}


@pytest.fixture(scope="module")
def sample() -> list[Record]:
    return read_sample()


@pytest.fixture(scope="module")
def originals(sample: list[Record]) -> dict[str, list[Record]]:
    if not SHARED.is_dir():
        pytest.skip("needs the papers in ../shared, which are not part of the project")
    found: dict[str, list[Record]] = {}
    for record in read_originals({paper["id"] for paper in sample}):
        found.setdefault(record["id"], []).append(record)
    return found


def test_there_are_enough_papers(sample: list[Record]) -> None:
    assert len(sample) >= 150


def test_ids_and_titles_are_unique(sample: list[Record]) -> None:
    assert len({paper["id"].lower() for paper in sample}) == len(sample)
    assert len({paper["title"].lower() for paper in sample}) == len(sample)


def test_fields_are_the_documented_ones(sample: list[Record]) -> None:
    known = REQUIRED | {"categories", "venue"}
    assert [p["id"] for p in sample if not (REQUIRED <= p.keys() <= known)] == []
    assert [p["id"] for p in sample if not all(p.values())] == []


def test_ids_are_of_a_known_form(sample: list[Record]) -> None:
    form = re.compile("|".join(ID_FORMS.values()))
    assert [p["id"] for p in sample if not form.fullmatch(p["id"])] == []


def test_authors_are_names(sample: list[Record]) -> None:
    assert all(isinstance(p["authors"], list) and p["authors"] for p in sample)
    assert all(name == name.strip() and name for p in sample for name in p["authors"])


def test_dates_are_dates(sample: list[Record]) -> None:
    assert [p["id"] for p in sample if not DATE.fullmatch(p["date"])] == []


def test_abstracts_have_60_to_120_words(sample: list[Record]) -> None:
    lengths = {p["id"]: len(p["abstract"].split()) for p in sample}
    assert {key: n for key, n in lengths.items() if not 60 <= n <= 120} == {}


def test_abstracts_are_written_one_by_one(sample: list[Record]) -> None:
    seen: set[tuple[str, ...]] = set()
    for paper in sample:
        assert not (runs(paper["abstract"]) & seen), paper["id"]
        seen |= runs(paper["abstract"])


def test_sample_covers_many_subjects(sample: list[Record]) -> None:
    archives = {c.split(".")[0] for p in sample for c in p.get("categories", [])}
    wanted = {"cs", "stat", "math", "quant-ph", "hep-th", "gr-qc", "cond-mat", "q-bio", "eess"}
    assert wanted <= archives


@pytest.mark.shared
def test_facts_equal_the_source(sample: list[Record], originals: dict[str, list[Record]]) -> None:
    assert len(originals) >= 110
    wrong = [
        paper["id"]
        for paper in sample
        if paper["id"] in originals
        and facts(paper) not in [facts(original) for original in originals[paper["id"]]]
    ]
    assert wrong == []


@pytest.mark.shared
def test_abstracts_copy_no_run_of_words(
    sample: list[Record], originals: dict[str, list[Record]]
) -> None:
    copied = {
        paper["id"]: shared_runs
        for paper in sample
        for original in originals.get(paper["id"], [])
        if (shared_runs := runs(paper["abstract"]) & runs(original["abstract"]))
    }
    assert copied == {}
