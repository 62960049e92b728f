from __future__ import annotations

import json
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from indexer.errors import ModelError, SourceError, UsageError
from search.evaluation.collection import Question
from search.evaluation.evaluate import Pool, Score, evaluate, macro, measure_modes, versus
from search.evaluation.metrics import MEASURES
from search.evaluation.side_by_side import overall, side_by_side
from search.options import MODES, Mode

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT.parent / "shared"
PAPERS = ROOT / "data" / "papers.jsonl"


class Fixed:
    """Ranks a fixed order per mode, and takes a while for it."""

    def __init__(self, orders: Mapping[Mode, str], seconds: float = 0.0) -> None:
        self._orders, self._seconds = orders, seconds
        self.asked: list[tuple[str, Mode]] = []

    def ranking(
        self,
        question: str,
        *,
        mode: Mode,
        depth: int,
        among: Collection[str] | None = None,
        without: Collection[str] = (),
    ) -> list[tuple[str, float]]:
        self.asked.append((question, mode))
        time.sleep(self._seconds)
        ids = [
            id for id in self._orders[mode] if id not in without and (among is None or id in among)
        ]
        return [(id, 1.0) for id in ids[:depth]]


def asked(number: int, *without: str, **grades: int) -> Question:
    return Question(id=str(number), text=f"question {number}", grades=grades, without=without)


ORDERS: Mapping[Mode, str] = MappingProxyType({"hybrid": "abcd", "dense": "bacd", "lexical": "dcb"})


def test_each_mode_is_measured_in_the_order_of_its_own_ranking() -> None:
    runs = measure_modes([asked(1, a=1), asked(2, b=1, a=0)], Fixed(ORDERS))
    mrr = {mode: run.values["mrr"].tolist() for mode, run in runs.items()}
    assert mrr == {
        "hybrid": [1, pytest.approx(1 / 2)],
        "dense": [pytest.approx(1 / 2), 1],
        "lexical": [0, pytest.approx(1 / 3)],
    }
    assert list(runs) == list(MODES)


@pytest.mark.parametrize(("pool", "place"), [("all", 3), ("judged", 2)])
def test_the_judged_pool_ranks_only_what_was_judged(pool: Pool, place: int) -> None:
    (run,) = measure_modes([asked(1, c=1, a=0)], Fixed(ORDERS), ["hybrid"], pool).values()
    assert run.values["mrr"].tolist() == pytest.approx([1 / place])


def test_what_a_question_leaves_out_is_not_ranked() -> None:
    (run,) = measure_modes([asked(1, "a", "b", c=1)], Fixed(ORDERS), ["hybrid"]).values()
    assert run.values["mrr"].tolist() == [1]


def test_each_ranking_is_timed_after_a_warm_up() -> None:
    ranker = Fixed(ORDERS, seconds=0.005)
    runs = measure_modes([asked(1, a=1), asked(2, b=1)], ranker, ["lexical", "dense", "dense"])
    assert list(runs) == ["dense", "lexical"]
    for run in runs.values():
        assert len(run.times) == 2
        assert all(5 <= taken < 500 for taken in run.times)
    assert [question for question, mode in ranker.asked if mode == "dense"] == [
        *("question 1", "question 1", "question 2"),
    ]


def test_the_default_is_compared_to_the_best_other_mode() -> None:
    questions = [asked(number, a=1) for number in range(5)]
    runs = measure_modes(questions, Fixed(ORDERS))
    found = versus(runs)
    assert found is not None
    assert found.mode == "dense"
    assert found.by.difference == pytest.approx(1 - 0.63093, abs=1e-5)
    del runs["hybrid"]
    assert versus(runs) is None
    assert versus(measure_modes(questions, Fixed(ORDERS), ["hybrid"])) is None


def score(model: str, values: Sequence[float], collection: str = "c") -> Score:
    each = np.array(values)
    return Score(
        collection=collection,
        model=model,
        mode="dense",
        means=dict.fromkeys(MEASURES, float(each.mean())),
        p50_ms=1,
        p95_ms=1,
        questions=len(each),
        papers=9,
        missing=0,
        values=dict.fromkeys(MEASURES, each),
    )


def test_every_collection_counts_the_same_in_the_macro_average() -> None:
    scores = [score("m", [0.2] * 1000), score("m", [0.6])]
    assert macro(scores)["m", "dense"]["mrr"] == pytest.approx(0.4)


def test_models_are_compared_with_the_first_on_the_same_questions() -> None:
    generator = np.random.default_rng(1)
    base = {name: generator.normal(0.5, 0.1, 40).tolist() for name in "pq"}
    scores = []
    for name, values in base.items():
        scores += [score("a", values, name), score("b", [one + 0.05 for one in values], name)]
        scores.append(score("c", [one + generator.normal(0, 0.1) for one in values], name))
    compared = list(side_by_side(scores))
    assert [one.score for one in compared] == scores
    firsts = [one.first for one in compared]
    assert firsts == [None, scores[0], scores[0], None, scores[3], scores[3]]
    assert [one.by for one in compared if one.first is None] == [{}, {}]
    for one in compared[1::3]:
        for by in one.by.values():
            assert (by.difference, by.low, by.high) == pytest.approx((0.05, 0.05, 0.05))
    for one in compared[2::3]:
        assert one.by["mrr"].low < 0 < one.by["mrr"].high


def test_over_all_collections_each_counts_the_same_in_the_comparison() -> None:
    scores = [score("a", [0.1] * 9, "p"), score("b", [0.2] * 9, "p")]
    scores += [score("a", [0.5], "p"), score("b", [0.8], "p")]  # another of the same name
    first, second = overall(list(side_by_side(scores)))
    assert (first.model, first.first, second.model, second.first) == ("a", None, "b", first)
    assert first.means["mrr"] == pytest.approx(0.3)
    assert second.by["mrr"].difference == pytest.approx(0.2)


QUESTIONS = {
    "sequence transduction with attention and no recurrence": {"1706.03762": 2},
    "gravitational waves from a binary black hole merger": {"1602.03837": 1},
    "deep residual learning for image recognition": {"1512.03385": 1, "1706.03762": 0},
}


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """Questions written by hand about the papers that ship with the project."""
    folder = tmp_path / "by-hand"
    folder.mkdir()
    (folder / "corpus.jsonl").write_bytes(PAPERS.read_bytes())
    queries = [{"id": f"q{n}", "text": text} for n, text in enumerate(QUESTIONS)]
    (folder / "queries.jsonl").write_text("".join(json.dumps(query) + "\n" for query in queries))
    lines = [
        f"q{n}\thttps://arxiv.org/abs/{paper}v1\t{grade}\n"
        for n, grades in enumerate(QUESTIONS.values())
        for paper, grade in grades.items()
    ]
    (folder / "qrels.tsv").write_text("".join(lines))
    return folder


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NEARPAPER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_real_engine_finds_what_the_questions_ask_for(collection: Path, cache: Path) -> None:
    scores = list(evaluate([collection], models=["hashing"]))
    assert [(score.collection, score.mode) for score in scores] == [
        ("by-hand", mode) for mode in MODES
    ]
    for score in scores:
        assert score.means["recall@20"] == 1
        assert score.means["mrr"] >= 0.5
        assert 0 < score.p50_ms <= score.p95_ms
        assert (score.questions, score.missing) == (3, 0)
        assert score.papers == len(PAPERS.read_text(encoding="utf-8").splitlines())


def test_vectors_are_kept_in_the_cache_and_nothing_in_the_collection(
    collection: Path, cache: Path
) -> None:
    before = {path: path.stat().st_mtime_ns for path in collection.iterdir()}
    list(evaluate([collection], models=["hashing"], modes=["dense"]))
    (kept,) = (cache / "collections").iterdir()
    written = {path: path.stat().st_mtime_ns for path in kept.rglob("*.faiss")}
    assert written
    list(evaluate([collection], models=["hashing"], modes=["dense"]))
    assert {path: path.stat().st_mtime_ns for path in kept.rglob("*.faiss")} == written
    assert {path: path.stat().st_mtime_ns for path in collection.iterdir()} == before


def test_other_papers_get_another_index(collection: Path, cache: Path) -> None:
    list(evaluate([collection], models=["hashing"], modes=["dense"]))
    with (collection / "corpus.jsonl").open("a") as file:
        file.write('{"id": "new", "title": "One more"}\n')
    (score,) = evaluate([collection], models=["hashing"], modes=["dense"])
    assert score.papers == len(PAPERS.read_text(encoding="utf-8").splitlines()) + 1
    assert len(list((cache / "collections").iterdir())) == 2


def test_an_index_that_was_not_finished_is_finished(collection: Path, cache: Path) -> None:
    list(evaluate([collection], models=["hashing"], modes=["dense"]))
    (kept,) = (cache / "collections").iterdir()
    for path in kept.rglob("manifest.json"):
        path.unlink()
    (kept / "complete").unlink()
    (score,) = evaluate([collection], models=["hashing"], modes=["dense"])
    assert score.means["recall@20"] == 1
    assert (kept / "complete").exists()


def test_relevant_papers_that_the_corpus_lacks_are_counted(collection: Path, cache: Path) -> None:
    with (collection / "qrels.tsv").open("a") as file:
        file.write("q0\t9999.99999\t1\n")
    (score,) = evaluate([collection], models=["hashing"], modes=["dense"])
    assert score.missing == 1
    (collection / "qrels.tsv").write_text("q0\t9999.99999\t1\n")
    with pytest.raises(SourceError, match=r"none of the relevant papers .*'9999\.99999'"):
        list(evaluate([collection], models=["hashing"]))


def test_bad_collections_and_models_are_refused_before_any_work(
    collection: Path, cache: Path
) -> None:
    with pytest.raises(SourceError, match="nowhere"):
        next(evaluate([collection, collection / "nowhere"], models=["hashing"]))
    with pytest.raises(ModelError):
        next(evaluate([collection], models=["/no/such/model"]))
    with pytest.raises(UsageError, match="twice"):
        next(evaluate([collection], models=["hashing", "hashing"]))
    assert not (cache / "collections").exists()


def test_a_corpus_without_papers_is_refused(collection: Path, cache: Path) -> None:
    (collection / "corpus.jsonl").write_text('{"id": "1"}\n{"id": "2"}\n')
    with pytest.raises(SourceError, match="no paper"):
        list(evaluate([collection], models=["hashing"]))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "pool", "questions", "papers"),
    [
        ("med", "all", 30, 1_033),
        pytest.param("csfcube", "judged", 50, 4_205, marks=pytest.mark.slow),
    ],
)
def test_a_collection_of_its_kind_is_read_whole(
    name: str, pool: Pool, questions: int, papers: int, cache: Path
) -> None:
    folder = SHARED / "eval" / name
    if not folder.exists():
        pytest.skip("needs ../shared, which is not part of the project")
    (score,) = evaluate([folder], models=["hashing"], modes=["dense"], pool=pool)
    assert (score.questions, score.papers, score.missing) == (questions, papers, 0)
    assert 0.2 < score.means["ndcg@10"] < 0.9
