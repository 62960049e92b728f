"""The questions about the sample papers: asked in other words, with several answers each."""

from __future__ import annotations

import json
from collections import Counter

from search.evaluation.collection import DATA, sample_collection
from tests.data.test_sample import read_sample, runs, words


def test_there_are_thirty_questions_with_several_answers_each() -> None:
    asked = sample_collection().questions
    assert len({question.text for question in asked}) == 30
    for question in asked:
        assert 2 <= len(question.grades) <= 8, question.id
        assert set(question.grades.values()) <= {1, 2}, question.id
        assert 2 in question.grades.values(), question.id


def test_every_answer_is_a_sample_paper() -> None:
    known = {record["id"] for record in read_sample()}
    for question in sample_collection().questions:
        assert question.grades.keys() <= known, question.id


def test_every_judgement_is_of_a_question_and_stands_once() -> None:
    lines = (DATA / "questions" / "qrels.tsv").read_text(encoding="utf-8").splitlines()
    judged = Counter(tuple(line.split("\t")[:2]) for line in lines)
    assert set(judged.values()) == {1}
    texts = (DATA / "questions" / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    assert {question for question, _ in judged} == {json.loads(text)["id"] for text in texts}


def test_no_question_takes_the_words_of_an_answer() -> None:
    papers = {record["id"]: record for record in read_sample()}
    for question in sample_collection().questions:
        for id in question.grades:
            paper = papers[id]
            own = [word for word in words(question.text) if word not in words(paper["title"])]
            assert len(own) >= 3, (question.id, id)
            assert not runs(question.text) & runs(paper["abstract"]), (question.id, id)
