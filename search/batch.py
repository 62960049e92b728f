"""Many questions or papers at once: embedded together, looked up side by side."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import islice
from os import cpu_count
from threading import current_thread
from typing import TypeVar

from indexer.errors import PaperNotFoundError, UsageError
from search.answer.answer import Answer
from search.query.parser import parse
from search.stopping import require_wanted
from search.validation import checked_ids, checked_question

TOGETHER = 128
"""Questions that are embedded at once; fewer than the encoder remembers."""

THREADS = "many-questions"

parsed = lru_cache(2 * TOGETHER)(parse)
"""Remembers, since what is embedded together is read before it is looked up."""

Item = TypeVar("Item")
Answered = TypeVar("Answered")


def search_each(
    questions: Iterable[str],
    prepare: Callable[[Collection[str]], None],
    search: Callable[[str], Answer],
) -> Iterator[Answer | UsageError]:
    """An answer for each question in their order; what is wrong with one that can't be asked.

    Args:
        questions: Any number; read as the answers are taken.
        prepare: Embeds what some questions will look for.
        search: Answers one; called from several threads.
    """

    def embed(some: list[str]) -> None:
        prepare([checked_question(one) for one in some if not _refused(one)])

    # Only what is wrong with a question is its own answer; a wrong choice beside it ends them all.
    return _side_by_side(questions, lambda one: _refused(one) or search(one), embed)


def similar_to_each(
    ids: Iterable[str], similar: Callable[[list[str]], Answer]
) -> Iterator[Answer | UsageError | PaperNotFoundError]:
    """For each paper those nearest to it; what is wrong for one that isn't there."""

    def answered(id: str) -> Answer | UsageError | PaperNotFoundError:
        try:
            asked = checked_ids([id])
        except UsageError as error:
            return error
        try:
            return similar(asked)
        except PaperNotFoundError as error:
            return error

    return _side_by_side(ids, answered)


def _side_by_side(
    asked: Iterable[Item],
    answer: Callable[[Item], Answered],
    before: Callable[[list[Item]], None] = lambda _: None,
) -> Iterator[Answered]:
    remaining = iter(asked)
    pool = ThreadPoolExecutor(cpu_count(), THREADS)
    try:
        while some := list(islice(remaining, TOGETHER)):
            before(some)
            waiting = [pool.submit(answer, one) for one in some]
            for one in waiting:
                require_wanted()
                yield one.result()
    finally:  # who has seen enough, or is gone, leaves nothing behind
        # An iterator that nobody holds any more may end in one of these threads, which can't wait
        # for itself.
        is_one_of_them = current_thread().name.startswith(THREADS)
        pool.shutdown(wait=not is_one_of_them, cancel_futures=True)


def _refused(question: str) -> UsageError | None:
    try:
        checked_question(question)
    except UsageError as error:
        return error
    return None
