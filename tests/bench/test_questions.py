"""Questions drawn from papers: the same for a seed, right where they say so; and a small run."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from indexer.errors import UsageError
from indexer.papers.paper import Paper
from indexer.pipeline import add
from search.answer.answer import Answer, Result
from search.answer.builder import empty_answer
from search.options import DEFAULTS
from tests.bench import abbreviations, drawing, questions, spellings
from tests.bench.corpus import Corpus, name_of
from tests.bench.drawing import Asked
from tests.bench.off_topic import OFF_TOPIC
from tests.bench.papers import SAMPLE, read_papers

LEAST = {"abbreviations": 0, "joined to hyphenated": 1, "American to British": 5}
"""Questions of a kind that the sample gives, where they are few."""
WORDS = st.text("abcdefghij", min_size=4, max_size=12)


@pytest.fixture(scope="module")
def sample() -> Corpus:
    return Corpus(read_papers([SAMPLE]))


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311


def paper(id: str, title: str, *authors: str, year: str = "2020", abstract: str = "") -> Paper:
    return Paper(id=id, title=title, abstract=abstract, authors=authors, date=year)


FEW = Corpus(
    [
        paper("1", "BERT: Pre-training of Deep Transformers", "Jörg Müller", "Ada Ng", "B. Li"),
        paper("2", "Attention: a survey", "Ada Ng", abstract="We pay attention to attention."),
        paper("3", "Pretraining with attention", "Ada Ng", year="2021", abstract="attention"),
        paper("4", "Pre-training and attention", "Jorg Muller", abstract="Pre-training helps."),
        paper("5", "On pre-training", abstract="A bert is none."),
        paper("6", "BERT: pre-training of deep transformers", "Ada Ng"),
    ]
)


def test_a_name_is_one_word_before_a_colon_that_is_no_word_of_the_corpus() -> None:
    assert name_of(FEW.papers[1]) == "Attention"
    assert name_of(paper("7", "Two words: a title")) == ""
    assert name_of(paper("7", "2024: a year")) == ""
    assert list(drawing.nicknames(FEW, seeded(1))) == [Asked("BERT", frozenset({"1", "6"}))]


def test_papers_of_one_title_answer_alike() -> None:
    assert FEW.same_title(FEW.papers[0]) == {"1", "6"}
    assert FEW.same_title(FEW.papers[1]) == {"2"}


def test_surnames_and_years_are_right_for_all_papers_of_both(sample: Corpus) -> None:
    asked = {one.text: one.right for one in drawing.surnames(FEW, seeded(2))}
    muller = {right for text, right in asked.items() if re.match("M[uü]ller", text)}
    assert muller == {frozenset({"1", "4"})}
    assert FEW.by_surname("Ng", "2020") == {"1", "2", "6"}
    assert FEW.by_surname("Ng", "2021") == {"3"}
    for one in drawing.surnames(sample, seeded(3)):
        assert re.search(r"(19|20)\d\d\)?$", one.text)
        assert one.right


def test_whole_names_are_right_for_all_papers_of_the_author() -> None:
    asked = {one.text: one.right for one in drawing.authors(FEW, seeded(1))}
    assert asked.get("Ada Ng", {"1", "2", "3", "6"}) == {"1", "2", "3", "6"}
    assert len(asked) >= 2


@pytest.mark.parametrize("kind", questions.KINDS, ids=lambda kind: kind.name)
def test_a_seed_always_draws_the_same(sample: Corpus, kind: questions.Kind) -> None:
    first, again, other = (
        kind.draw(sample, questions.chance_of(seed, kind), 20) for seed in (1, 1, 2)
    )
    assert first == again
    assert len({one.text for one in first}) == len(first)
    assert len(first) >= LEAST.get(kind.name.partition(",")[0], 15)
    assert first != other or len(first) < 15 or kind.name in ("common terms", "off topic")
    backwards = Corpus(sample.papers[::-1])
    assert kind.draw(backwards, questions.chance_of(1, kind), 20) == first


def test_remembered_words_stand_in_the_paper_in_their_order(sample: Corpus) -> None:
    texts = {one.id: f"{one.title} {one.abstract}".lower() for one in sample.papers}
    for draw, count in ((drawing.title_words, 3), (drawing.sentence_words, 6)):
        for one in draw(sample, seeded(5)):
            words = one.text.split()
            assert len(set(words)) == count
            pattern = ".*".join(rf"\b{re.escape(word)}\b" for word in words)
            assert any(re.search(pattern, texts[id]) for id in one.right)


def test_both_spellings_differ_in_one_word_and_come_from_one_title(sample: Corpus) -> None:
    for draw in (spellings.joined, spellings.misspelt, spellings.british):
        for one in draw(sample, seeded(4)):
            written, varied = one.written.split(), one.varied.split()
            assert len(written) == len(varied) == spellings.WINDOW
            assert sum(a != b for a, b in zip(written, varied, strict=True)) == 1
            assert one.right


def test_hyphens_are_put_where_papers_write_them() -> None:
    assert spellings.hyphenated_forms(FEW) == {"pretraining": "pre-training"}
    assert list(spellings.hyphenated(FEW, seeded(1))) == []  # no title of five words
    long = paper("7", "Pretraining makes robust language encoders")
    found = list(spellings.hyphenated(Corpus([*FEW.papers, long]), seeded(1)))
    expected = "pre-training makes robust language encoders"
    assert [(one.varied, one.right) for one in found] == [(expected, frozenset({"7"}))]


@pytest.mark.parametrize(
    ("american", "british"),
    [
        ("optimization", "optimisation"),
        ("tokenizers", "tokenisers"),
        ("generalizability", "generalisability"),
        ("analyzing", "analysing"),
        ("behavioral", "behavioural"),
        ("neighborhoods", "neighbourhoods"),
        ("modeling", "modelling"),
        ("fiber", "fibre"),
        ("artifacts", "artefacts"),
        ("size", ""),
        ("resizing", ""),
        ("prize", ""),
        ("laboratory", ""),
        ("citizen", ""),
        ("parameter", ""),
    ],
)
def test_american_words_have_their_british_spelling(american: str, british: str) -> None:
    assert spellings.to_british(american) == british


TOLD = [
    paper(str(number), title, abstract=abstract)
    for number, (title, abstract) in enumerate(
        [
            *[("On GANs", "We train generative adversarial networks (GANs).")] * 2,
            *[("On a GAN", "A GAN is trained.")] * 3,
            *[("Nets", "Generative-adversarial networks are trained.")] * 3,
            *[("Cats", "Convolutional attention transformers (CAT) win.")] * 2,
            *[("Tests", "Computer adaptive tests (CAT) end.")] * 2,
        ]
    )
]


def test_abbreviations_of_one_meaning_are_asked_in_both_forms() -> None:
    corpus = Corpus(TOLD)
    assert abbreviations.long_forms(corpus) == {"GAN": "generative adversarial network"}
    (short,) = abbreviations.asked_short(corpus, seeded(1))
    assert short == Asked("GAN", frozenset("01234567"))
    (other,) = abbreviations.short_for_long(corpus, seeded(1))
    assert other == Asked("GAN", frozenset("567"))
    (long,) = abbreviations.long_for_short(corpus, seeded(1))
    assert long == Asked("generative adversarial network", frozenset("234"))


@pytest.mark.parametrize(
    ("before", "short", "long"),
    [
        ("we use reinforcement learning from human feedback ", "RLHF",
         "reinforcement learning from human feedback"),
        ("a mixture of experts ", "MoE", "mixture of expert"),
        ("with retrieval-augmented generation ", "RAG", "retrieval-augmented generation"),
        ("our method ", "RAG", ""),
        ("", "RAG", ""),
    ],
)  # fmt: skip
def test_a_long_form_begins_with_the_letters(before: str, short: str, long: str) -> None:
    assert abbreviations.long_form(before, short) == long


@given(WORDS, st.integers(0, 1000))
def test_an_error_changes_one_place_behind_the_first_letter(word: str, seed: int) -> None:
    wrong = spellings.mistyped(FEW, word, seeded(seed))
    assert wrong != word
    assert wrong[:1] in ("", word[0])
    assert not wrong or abs(len(wrong) - len(word)) <= 1
    assert wrong not in FEW.held


def test_common_terms_are_of_several_papers(sample: Corpus) -> None:
    terms = [one.text for one in drawing.common_terms(sample, 40)]
    assert "language models" in terms
    assert any(map(drawing.is_abbreviation, terms))
    assert len(terms) <= 40


def test_a_hundred_questions_are_off_topic() -> None:
    assert len(set(OFF_TOPIC)) == 100


def answer(*ids: str, folded: str = "", far: bool = False) -> Answer:
    results = tuple(
        Result(rank=rank, paper=paper(id, id), score=0.5, folded=tuple(folded))
        for rank, id in enumerate(ids, 1)
    )
    return replace(empty_answer("", DEFAULTS), results=results, far=far)


def test_what_is_measured() -> None:
    asked = [Asked(text, frozenset(right)) for text, right in (("x", "a"), ("y", "bc"), ("z", "d"))]
    found = [answer("a", "b"), answer("x", "y", "c", far=True)]
    row = questions.row("kind", asked, [*found, UsageError("refused")])
    assert (row.kind, row.questions) == ("kind", 3)
    measured = [row.first, row.in_ten, row.mrr, row.capped_recall, row.far]
    assert measured == pytest.approx([1 / 3, 2 / 3, 4 / 9, 1 / 2, 1 / 3])


def test_a_result_counts_for_the_papers_that_it_stands_for() -> None:
    assert questions.rank_of(answer("x", "y", folded="a"), frozenset("a")) == 1
    assert questions.rank_of(answer("x"), frozenset("a")) == 0


def test_where_nothing_is_right_only_the_warnings_count() -> None:
    row = questions.row("off topic", [Asked("x"), Asked("y")], [answer("a", far=True), answer()])
    assert (row.first, row.mrr, row.far) == (None, None, 0.5)


@pytest.mark.slow
def test_a_run_over_the_sample(tmp_path: Path) -> None:
    add(tmp_path / "index", [str(SAMPLE)], model="hashing")
    done = CliRunner().invoke(_app(), [str(tmp_path / "index"), "--count", "15", "--json"])
    assert done.exit_code == 0, done.output
    rows = {row["kind"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert list(rows) == [kind.name for kind in questions.KINDS]
    assert rows["titles"]["first"] == 1
    assert rows["titles"]["mrr"] == 1
    assert rows["off topic"]["first"] is None
    assert all(0 <= row["far"] <= 1 for row in rows.values())
    assert [name for name, row in rows.items() if not row["questions"]] == [
        kind.name for kind in questions.KINDS if kind.name.startswith("abbreviations")
    ]


def _app() -> typer.Typer:
    app = typer.Typer()
    app.command()(questions.main)
    return app
