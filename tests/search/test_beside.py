"""Where words are looked up while a question is embedded: beside, or at once where all is busy."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from threading import current_thread

import pytest

from search.beside import Beside
from search.stages import Stage, observed, stage


@contextmanager
def beside(*, remote: bool = False) -> Iterator[Beside]:
    found = Beside(remote=remote)
    try:
        yield found
    finally:
        found.close()


def test_a_lone_question_has_its_words_looked_up_in_a_thread_beside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with beside() as found, found.question():
        assert found.submit(current_thread).result() is not current_thread()


@pytest.mark.parametrize("remote", [False, True])
def test_with_more_questions_each_does_its_own_work_but_on_a_cluster(
    monkeypatch: pytest.MonkeyPatch, *, remote: bool
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with beside(remote=remote) as found, found.question():
        with found.question():
            thread = found.submit(current_thread).result()
            assert (thread is current_thread()) is not remote
        assert found.submit(current_thread).result() is not current_thread()


@pytest.mark.parametrize("questions", [1, 2])
def test_what_fails_is_told_to_whoever_asks_for_it(
    monkeypatch: pytest.MonkeyPatch, questions: int
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with beside() as found, ExitStack() as under_way:
        for _ in range(questions):
            under_way.enter_context(found.question())
        failed = found.submit(int, "no number")
        with pytest.raises(ValueError, match="no number"):
            failed.result()


def test_observers_see_what_is_done_beside() -> None:
    seen: list[str] = []

    def work() -> None:
        with stage("bm25"):
            pass

    def observe(stages: Sequence[Stage]) -> None:
        seen.extend(each.name for each in stages)

    with beside() as found, observed(observe):
        found.submit(work).result()
    assert seen == ["bm25"]
