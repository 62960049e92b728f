from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.models.embedder import DEFAULT_MODEL

Nearpaper = Callable[..., tuple[int, str, str]]
KEYS = [
    *("collection", "model", "mode", "ndcg@10", "recall@5", "recall@20", "recall@100", "mrr"),
    *("p50_ms", "p95_ms", "questions", "papers", "missing", "versus", "against"),
]
QUESTIONS = {
    "q1": ("sparse attention, part 10", "2411.00010"),
    "q2": ("graph kernels, part 11", "2412.00011"),
    "q3": ("protein folding, part 12", "2401.00012"),
}


@pytest.fixture
def collection(source: Path, tmp_path: Path) -> Path:
    """Questions of which each is about one paper."""
    folder = tmp_path / "parts"
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_bytes(source.read_bytes())
    (folder / "queries.jsonl").write_text(
        "".join(json.dumps({"_id": id, "text": q}) + "\n" for id, (q, _) in QUESTIONS.items())
    )
    lines = [f"{id}\t{paper}\t1\n" for id, (_, paper) in QUESTIONS.items()]
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(lines))
    return folder


def test_without_a_collection_the_sample_is_measured(nearpaper: Nearpaper) -> None:
    code, out, _ = nearpaper("evaluate", "--model", "hashing")
    found = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [score["collection"] for score in found] == ["sample"] * 3
    assert {(score["questions"], score["missing"]) for score in found} == {(30, 0)}
    assert all(score["papers"] > 200 and score["mrr"] > 0 for score in found)


def test_the_sample_takes_other_papers_too(nearpaper: Nearpaper, source: Path) -> None:
    code, out, err = nearpaper("evaluate", "--model", "hashing", "--corpus", str(source))
    assert (code, out) == (1, "")
    assert "holds none of the relevant papers of sample" in err


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_one_json_object_for_each_collection_and_mode(
    nearpaper: Nearpaper, collection: Path, flags: list[str]
) -> None:
    code, out, _ = nearpaper("evaluate", str(collection), "--model", "hashing", *flags)
    objects = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [found["mode"] for found in objects] == ["hybrid", "dense", "lexical"]
    for found in objects:
        assert list(found) == KEYS
        assert found["collection"] == "parts"
        assert found["recall@20"] == 1
        assert found["mrr"] > 0.3
        assert 0 < found["p50_ms"] <= found["p95_ms"]
        assert (found["questions"], found["papers"], found["missing"]) == (3, 32, 0)
    assert objects[0]["versus"].keys() == {"mode", "difference", "low", "high", "p"}
    assert objects[0]["versus"]["mode"] in ("dense", "lexical")
    assert objects[1]["versus"] is objects[2]["versus"] is None
    assert {(found["model"], found["against"]) for found in objects} == {("hashing", None)}


@pytest.fixture
def two(collection: Path, tmp_path: Path) -> list[str]:
    """The command that measures on that one and on another one."""
    other = tmp_path / "others"
    two_lines = (collection / "qrels" / "test.tsv").read_text().splitlines()[:2]
    (other / "qrels").mkdir(parents=True)
    (other / "qrels" / "test.tsv").write_text("\n".join(two_lines))
    (other / "queries.jsonl").write_bytes((collection / "queries.jsonl").read_bytes())
    corpus = str(collection / "corpus.jsonl")
    return ["evaluate", str(collection), str(other), "--corpus", corpus]


def test_a_table_with_the_macro_average_of_several(nearpaper: Nearpaper, two: list[str]) -> None:
    code, out, _ = nearpaper(*two, "--model", "hashing", "--table")
    lines = out.splitlines()
    assert code == 0
    assert "nDCG@10" in lines[0]
    assert [line.split()[:2] for line in lines[1:7:3]] == [
        ["parts", "hybrid"],
        ["others", "hybrid"],
    ]
    assert sum(line.startswith("macro average") for line in lines) == 3
    notes = " ".join(" ".join(lines[10:]).split())
    assert "parts: 3 questions, 32 papers; hybrid against " in notes
    assert "others: 1 question, 32 papers; hybrid against " in notes
    assert notes.count("95 % interval") == 2
    assert max(map(len, lines)) <= 80


@pytest.mark.slow
def test_models_stand_side_by_side(nearpaper: Nearpaper, two: list[str]) -> None:
    models = ("--model", "hashing", "--model", DEFAULT_MODEL)
    code, out, _ = nearpaper(*two, *models, "--json")
    objects = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [(one["collection"], one["model"]) for one in objects[::3]] == [
        (collection, model)
        for collection in ("parts", "others", None)
        for model in ("hashing", DEFAULT_MODEL)
    ]
    for place in (3, 4, 5, 9, 10, 11, 15, 16, 17):
        first, second = objects[place - 3], objects[place]
        assert first["against"] is None
        assert (second["mode"], second["against"]["model"]) == (first["mode"], "hashing")
        by = second["against"]["ndcg@10"]
        assert by.keys() == {"difference", "low", "high", "p"}
        assert by["difference"] == pytest.approx(second["ndcg@10"] - first["ndcg@10"], abs=2e-6)
        assert by["low"] <= by["difference"] <= by["high"]

    code, out, _ = nearpaper(*two, *models, "--table")
    lines = out.splitlines()
    assert code == 0
    assert lines[:2] == ["A: hashing", f"B: {DEFAULT_MODEL}"]
    rows = [line.split() for line in lines if " nDCG@10 " in line]
    assert [row[-7] for row in rows] == ["hybrid", "dense"] * 3
    assert float(rows[1][-3]) == pytest.approx(
        objects[4]["against"]["ndcg@10"]["difference"], abs=0.0005001
    )
    assert {one["against"]["mrr"]["difference"] for one in objects[5::6]} == {0}  # by words
    assert sum(line.startswith("macro average") for line in lines) == 10
    assert "parts: 3 questions, 32 papers" in lines
    assert max(map(len, lines)) <= 80


def test_a_model_is_not_compared_with_itself(nearpaper: Nearpaper) -> None:
    code, out, err = nearpaper("evaluate", "--model", "hashing", "--model", "hashing")
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_modes_can_be_chosen(nearpaper: Nearpaper, collection: Path) -> None:
    code, out, _ = nearpaper(
        *("evaluate", str(collection), "--model", "hashing"),
        *("--mode", "lexical", "--mode", "dense", "--json"),
    )
    assert code == 0
    assert [json.loads(line)["mode"] for line in out.splitlines()] == ["dense", "lexical"]


def test_the_judged_pool_of_one_paper_is_ranked_perfectly(
    nearpaper: Nearpaper, collection: Path
) -> None:
    code, out, _ = nearpaper(
        *("evaluate", str(collection), "--model", "hashing", "--pool", "judged", "--mode", "dense")
    )
    assert code == 0
    assert json.loads(out)["ndcg@10"] == 1


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--mode", "best"], 2),
        (["--pool", "some"], 2),
        (["--corpus", "/nowhere/papers.jsonl"], 1),
        (["/nowhere"], 1),
        (["--model", "/no/such/model"], 1),
    ],
)
def test_what_cannot_be_evaluated_gets_one_line(
    nearpaper: Nearpaper, collection: Path, options: list[str], code: int
) -> None:
    got, out, err = nearpaper("evaluate", str(collection), *options)
    assert got == code
    assert out == ""
    assert err.startswith("nearpaper: ")
    assert err.count("\n") == 1


def test_a_malformed_line_is_named(nearpaper: Nearpaper, collection: Path) -> None:
    (collection / "qrels" / "test.tsv").write_text("q1\t2411.00010\t1\nq2\n")
    code, out, err = nearpaper("evaluate", str(collection), "--model", "hashing")
    assert (code, out) == (1, "")
    assert "test.tsv: line 2: 1 columns" in err


def test_one_format_is_chosen(nearpaper: Nearpaper) -> None:
    code, out, err = nearpaper("evaluate", "--json", "--table")
    assert (code, out, err) == (2, "", "nearpaper: --json and --table: choose one format\n")
