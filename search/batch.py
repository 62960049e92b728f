"""Many questions or papers at once: embedded together, looked up side by side."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from http import HTTPStatus
from itertools import chain, islice
from os import cpu_count
from threading import current_thread
from typing import TypeVar

from indexer.errors import NearpaperError, UsageError
from search.answer.answer import Answer
from search.query.parser import parse
from search.stopping import UnwantedError, require_wanted
from search.validation import checked_question

TOGETHER = 128
"""Questions that are embedded at once; fewer than the encoder remembers."""

THREADS = "many-questions"

parsed = lru_cache(2 * TOGETHER)(parse)
"""Remembers, since what is embedded together is read before it is looked up."""

Item = TypeVar("Item")
Answered = TypeVar("Answered")
Refusal = TypeVar("Refusal", bound=NearpaperError)


def search_each(
    questions: Iterable[str],
    prepare: Callable[[Collection[str]], None],
    search: Callable[[str], Answer],
) -> Iterator[Answer | NearpaperError]:
    """An answer for each question in their order; what is wrong where there is none.

    Args:
        questions: Any number; read as the answers are taken.
        prepare: Embeds what some questions will look for.
        search: Answers one; called from several threads.
    """

    def embed(some: list[str]) -> None:
        prepare([checked_question(one) for one in some if _may_be_asked(one)])

    return _side_by_side(questions, search, embed)


def similar_to_each(
    ids: Iterable[str], similar: Callable[[list[str]], Answer]
) -> Iterator[Answer | NearpaperError]:
    """For each paper those nearest to it; what is wrong for one that isn't there."""
    return _side_by_side(ids, lambda id: similar([id]))


def begun(answers: Iterator[Answer | NearpaperError]) -> Iterator[Answer | NearpaperError]:
    """The same, once there is a first one; raises it if it is a failure of this side.

    So what fails for all of them, such as a model that is lost, is said once.
    """
    first = list(islice(answers, 1))
    for one in first:
        if isinstance(one, NearpaperError) and one.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise one
    return chain(first, answers)


def unless_failed(
    answers: Iterator[Answer | NearpaperError], *own: type[Refusal]
) -> Iterator[Answer | Refusal]:
    """The same with errors that are an item's own; raises any other."""
    for answer in answers:
        if isinstance(answer, Answer) or isinstance(answer, own):  # noqa: SIM101 - for mypy
            yield answer
        else:
            raise answer


def _side_by_side(
    asked: Iterable[Item],
    answer: Callable[[Item], Answered],
    before: Callable[[list[Item]], None] = lambda _: None,
) -> Iterator[Answered | NearpaperError]:
    remaining = iter(asked)
    pool = ThreadPoolExecutor(cpu_count(), THREADS)
    try:
        while some := list(islice(remaining, TOGETHER)):
            _tried(before, some)  # each of them says by itself what is wrong
            waiting = [pool.submit(_tried, answer, one) for one in some]
            for one in waiting:
                require_wanted()
                yield one.result()
    finally:  # who has seen enough, or is gone, leaves nothing behind
        # An iterator that nobody holds any more may end in one of these threads, which can't wait
        # for itself.
        is_one_of_them = current_thread().name.startswith(THREADS)
        pool.shutdown(wait=not is_one_of_them, cancel_futures=True)


def _tried(work: Callable[[Item], Answered], one: Item) -> Answered | NearpaperError:
    """What comes of it, or why nothing does: one that fails must not end the others."""
    try:
        return work(one)
    except UnwantedError:
        raise
    except NearpaperError as error:
        return error


def _may_be_asked(question: str) -> bool:
    try:
        checked_question(question)
    except UsageError:
        return False
    return True
