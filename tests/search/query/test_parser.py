from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.where import ALL, And, Dates, Has
from search.options import DEFAULTS, SearchOptions
from search.query import vocabulary
from search.query.filters import Filters
from search.query.parser import PROSE, Query, parse

EVAL = Path(__file__).resolve().parents[3] / "../shared/eval"

PLAIN = [
    "attention",
    "12345",
    "TCP/IP",
    "BERT: Pre-training of Deep Bidirectional Transformers",
    "ti: something",
    "cat:",
    "year:soon",
    "year:2023..2021",
    "year:20222023",
    "cat:HIV/AIDS",
    "cat:a..b",
    "au:_",
    "ti:(attention",
    "submittedDate:[20231301 TO 20240101]",
    "submittedDate:[yesterday TO today]",
    "state-of-the-art x - y - z",
    "-",
    "-1 dB at -40 degrees",
    "logic AND gate OR switch",
    "ANDNOT",
    '5" disk',
    'an "unbalanced quote',
    '""',
    "https://openreview.net/forum?id=x",
    "1912.00001 is nice",
    "-cat:cs.CV segmentation",
    "What Can Neural Networks Reason About?",
    "A survey of deep learning",
    "Can language models learn from explanations?",
    "Studies in machine translation",
    "Research on graph kernels",
    "Do papers with code get cited more?",
    "Are papers by women cited less?",
    "citation recommendation for research papers",
    "recommend papers with graph neural networks",
    "paper recommendation",
    "search engines for literature",
    "Paper for energy storage",
    "List decoding of Reed-Solomon codes",
    "Show, Attend and Tell: Neural Image Caption Generation",
    "Attention Is All You Need",
    "All You Need is Love: Evading Hate-speech Detection",
    "This paper presents a corpus. We show that it helps. Here I show how to find articles.",
    "methods for sparse graphs, which work on meshes",
    "find me",
    "Can you recommend a paper?",
]


@pytest.mark.parametrize("question", PLAIN)
def test_plain_words_stay_as_they_are(question: str) -> None:
    assert parse(question) == Query(asked=question, text=question)


ASKED = {
    "Can you recommend papers that discuss graph kernels?": "graph kernels?",
    "Are there any research papers on methods to prune trees?": "methods to prune trees?",
    "I'm looking for work on X-rays": "X-rays",
    "I’m looking for work on X-rays, please": "X-rays,",
    "What articles exist which deal with TSS?": "TSS?",
    "papers about zeolites please": "zeolites",
    "What is known about lunar dust?": "lunar dust?",
    "Could you suggest a study that questions this": "questions this",
    "find me proofs of Fermat": "proofs of Fermat",
    "Where can I find data on swept wings": "data on swept wings",
    "Has anyone investigated the buckling of plates": "the buckling of plates",
    "Which paper first proposed dropout?": "dropout?",
    "papers by Geoffrey Hinton": "Geoffrey Hinton",
    "Papers on cover crops": "cover crops",
    "Can you recommend research paper classifiers": "research paper classifiers",
    "I would like reading comprehension data": "reading comprehension data",
    "In the context of soil, I am looking for research on moss": "In the context of soil, moss",
    "Moss grows slowly. Is there a paper on this?": "Moss grows slowly.",
    "graph kernels, any papers on this?": "graph kernels,",
    'can you recommend papers on "papers about" love': "papers about love",
}


@pytest.mark.parametrize(("question", "text"), ASKED.items())
def test_words_of_asking_are_taken_off(question: str, text: str) -> None:
    query = parse(question)
    assert query.text == text
    assert query.taken_off


def test_what_was_taken_off_is_told_as_typed() -> None:
    query = parse("Can YOU recommend  papers on love,  please")
    assert query.taken_off == "Can YOU recommend papers on … please"
    assert query.asked == "Can YOU recommend papers on love, please"


MARKED: dict[str, dict[str, Any]] = {
    'fast "graph kernels"': {"text": "fast graph kernels", "phrases": ["graph kernels"]},
    "fast “graph kernels”, (“trees”)": {
        "text": "fast graph kernels, (trees)",
        "phrases": ["graph kernels", "trees"],
    },
    'jaguar -car -"big cat".': {"text": "jaguar", "excluded": ["car", "big cat"]},
    "-car": {"excluded": ["car"]},
    "splatting -4D -C++ -1-bit": {"text": "splatting", "excluded": ["4D", "C++", "1-bit"]},
    'ti:bert TI:"deep learning" abs:fast,': {
        "text": "bert deep learning fast,",
        "title": ["bert", "deep learning"],
        "abstract": ["fast"],
    },
    "all:electron": {"text": "electron"},
    "au:del_maestro": {"filters": [{"author": ["del maestro"]}]},
    "au:smith au:jones": {"filters": [{"author": ["smith"]}, {"author": ["jones"]}]},
    "au:smith OR au:jones": {"filters": [{"author": ["smith", "jones"]}]},
    "cat:cs.CL OR cat:stat.* moss": {
        "text": "moss",
        "filters": [{"category": ["cs.CL", "stat"]}],
    },
    "cat:68T50 cat:I.2.7, cat:42": {
        "filters": [{"category": ["68T50"]}, {"category": ["I.2.7"]}, {"category": ["42"]}]
    },
    'cat:"cs.*" moss': {"text": "moss", "filters": [{"category": ["cs"]}]},
    'moss cat:"Computer Science" OR cat:“HIV/AIDS, all”': {
        "text": "moss",
        "filters": [{"category": ["Computer Science", "HIV/AIDS, all"]}],
    },
    'venue:"neural systems" moss': {"text": "moss", "filters": [{"venue": ["neural systems"]}]},
    "venue:ICML OR venue:ICLR": {"filters": [{"venue": ["ICML", "ICLR"]}]},
    'au:"Udo Pooch" AND ti:graph': {
        "text": "graph",
        "title": ["graph"],
        "filters": [{"author": ["Udo Pooch"]}],
    },
    "ti:a OR ti:bee": {"text": "a bee"},
    "ti:bert ANDNOT ti:vision ANDNOT audio": {
        "text": "bert",
        "title": ["bert"],
        "excluded": ["vision", "audio"],
    },
    "-ti:foo bar": {"text": "bar", "excluded": ["foo"]},
    "moss year:2021..2023": {"text": "moss", "filters": [{"after": "2021", "before": "2023"}]},
    "moss year:2021-2023": {"text": "moss", "filters": [{"after": "2021", "before": "2023"}]},
    "moss year:2021.": {"text": "moss", "filters": [{"after": "2021", "before": "2021"}]},
    "moss year:2021..": {"text": "moss", "filters": [{"after": "2021"}]},
    "year:2019.. year:..2021": {"filters": [{"after": "2019", "before": "2021"}]},
    "year:2019 year:2021": {"text": "year:2021", "filters": [{"after": "2019", "before": "2019"}]},
    "submittedDate:[202301010600 TO 202401010600]": {
        "filters": [{"after": "2023-01-01", "before": "2024-01-01"}]
    },
    "papers by au:hinton": {"taken_off": "papers by", "filters": [{"author": ["hinton"]}]},
}


@pytest.mark.parametrize(("question", "understood"), MARKED.items())
def test_marks_are_understood(question: str, understood: dict[str, Any]) -> None:
    assert parse(question).understood() == understood


@pytest.mark.parametrize(
    ("question", "id"),
    [
        ("2412.09645", "2412.09645"),
        (" 2412.09645v3? ", "2412.09645"),
        ("arXiv:2412.09645v2", "2412.09645"),
        ("arXiv: 2412.09645 [cs.CL]", "2412.09645"),
        ("arXiv:2412.09645v1 [cs.CL] 12 Dec 2024", "2412.09645"),
        ("arXiv preprint arXiv:2412.09645, 2024.", "2412.09645"),
        ("[2412.09645]", "2412.09645"),
        ("(https://arxiv.org/abs/2412.09645)", "2412.09645"),
        ("`2412.09645`", "2412.09645"),
        ("10.1016/S0370(98)00108", "10.1016/s0370(98)00108"),
        ("https://arxiv.org/pdf/2412.09645v1.pdf", "2412.09645"),
        ("huggingface.co/papers/2412.09645", "2412.09645"),
        ("math.GT/0309136", "math/0309136"),
        ("10.48550/arXiv.2412.09645", "2412.09645"),
        ("10.1000/XYZ", "10.1000/xyz"),
        ("https://doi.org/10.1000/xyz", "10.1000/xyz"),
        ("P19-1001", "P19-1001"),
        ("https://aclanthology.org/2020.acl-main.1/", "2020.acl-main.1"),
    ],
)
def test_a_question_that_names_a_paper(question: str, id: str) -> None:
    assert parse(question).id == id


def test_filters_of_question_and_options_must_both_hold() -> None:
    query = parse("moss cat:cs.CL year:2021")
    assert query.filters == (
        Filters(after="2021", before="2021"),
        Filters(categories=("cs.CL",)),
    )
    assert SearchOptions(category=("cs.LG",)).where(query) == And(
        (Dates(2021_00_00, 2021_00_00), Has("category", "cs.CL"), Has("category", "cs.LG"))
    )
    assert DEFAULTS.where(parse("moss")) == ALL


MARKS = ['"', "“", "-", "ti:", 'au:"', "cat:cs.CL", "year:2021..", "AND", "OR", "ANDNOT", "all:x"]
hostile = st.lists(
    st.sampled_from(MARKS) | st.text(max_size=8) | st.characters(), max_size=30
).flatmap(lambda parts: st.sampled_from(["", " "]).map(lambda space: space.join(parts)))
TOPICS = ["present", "cover", "discussing", "show", "moss", "graph.", "kernels,", "this?"]
plain_words = st.sampled_from([*sorted(vocabulary.NO_TOPIC - {""}), *TOPICS])
plain_questions = st.lists(
    st.builds("{}{}".format, plain_words, st.sampled_from(["", "", "", ",", ".", "?"])),
    min_size=1,
    max_size=25,
).map(" ".join)


@given(hostile)
def test_any_text_is_understood_without_an_error(question: str) -> None:
    query = parse(question)
    json.dumps(query.understood())
    letters = iter(query.asked)
    assert all(letter in letters for letter in query.text)  # nothing added, nothing moved


@given(plain_questions)
def test_what_is_left_of_a_plain_question_is_left_alone(question: str) -> None:
    once = parse(question)
    assert once.text
    assert parse(once.text).text == once.text


@given(plain_questions, st.lists(plain_words, min_size=1, max_size=5).map(" ".join))
def test_quoted_phrases_survive(question: str, phrase: str) -> None:
    query = parse(f'{question} "{phrase}" {question}')
    is_prose = len(question.split()) * 2 > PROSE
    assert query.phrases == (() if is_prose else (phrase,))
    assert phrase in query.text


def test_in_prose_quotes_and_dashes_are_ways_of_speaking() -> None:
    query = parse(
        'What is the "type" of a module in languages that check -only at run time- '
        "whether it matches the contexts it is used in?"
    )
    assert query.phrases == query.excluded == ()
    assert '"' not in query.text
    assert "-only" in query.text


HOSTILE = ["a ", '"', '" ', '"a "b', "((((", '("', "-x", '-"', '"a"!!', "a/", ".", "\ud800"]
ENDLESS = [
    "i, ",
    "find me ",
    "any papers, ",
    "on ",
    "is there. ",
    "ti:a OR ",
    "au:x AND ",
    "year:1 ",
]


@pytest.mark.parametrize("part", [*HOSTILE, *ENDLESS, "submittedDate:[20"])
def test_long_hostile_text_takes_no_time(part: str) -> None:
    question = (part * 10_000)[:10_000]
    started = time.perf_counter()
    parse(question)
    assert time.perf_counter() - started < 2


def test_fifty_marks_are_enough() -> None:
    query = parse(" ".join(f"au:a{number} ti:b{number}" for number in range(100)))
    assert len(query.filters) == len(query.titles) == 25
    assert query.text.endswith("au:a99 ti:b99")
    many = parse(" OR ".join(["cat:cs.CL"] * 50))
    assert len(many.filters[0].categories) == 50


@pytest.mark.shared
@pytest.mark.parametrize(
    ("collection", "most"), [("scifact-train", 0.005), ("csfcube", 0.0), ("med", 0.0)]
)
def test_claims_abstracts_and_keywords_keep_their_words(collection: str, most: float) -> None:
    path = EVAL / collection / "queries.jsonl"
    if not path.is_file():
        pytest.skip(f"{path} is missing")
    questions = [json.loads(line)["text"] for line in path.read_text().splitlines()]
    changed = sum(bool(parse(question).taken_off) for question in questions)
    assert changed <= most * len(questions)
