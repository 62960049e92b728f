from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import FetchError, UsageError
from indexer.fetch.archive import Page, Place
from indexer.fetch.bookmark import Bookmark, open_bookmark

DAYS = st.dates().map(lambda day: day.isoformat())


def opened(
    old: Bookmark | None = None,
    *,
    start: str = "2024-01-01",
    end: str = "",
    since_last: bool = False,
    overlap: int = 0,
) -> Bookmark:
    return open_bookmark(old, start=start, end=end, since_last=since_last, overlap=overlap)


def page(*days: str, token: str = "next", total: int | None = 4) -> Page:  # noqa: S107
    return Page(token=token, counted=len(days), total=total, days=days)


def finished(start: str = "2024-01-01", end: str = "", day: str = "2024-06-01") -> Bookmark:
    return opened(start=start, end=end).after(page(token=""), day)


def test_pages_bring_it_on() -> None:
    first = opened(end="2024-05-05").after(page("2024-02-01", "2024-02-02"), "2024-06-01")
    assert first.place == Place("2024-01-01", "2024-05-05", "next")
    assert (first.fraction, first.done) == (0.5, False)
    last = first.after(page("2024-02-02", token=""), "2024-06-09")
    assert (last.fraction, last.done) == (1.0, True)


def test_an_expired_token_goes_on_by_the_last_day_seen() -> None:
    read = opened().after(page("2024-02-01", "2024-02-02"), "2024-06-01")
    assert read.restarted().place == Place("2024-02-02", "", "")


def test_a_list_out_of_order_begins_anew() -> None:
    read = opened().after(page("2024-02-02", "2024-02-01"), "2024-06-01")
    read = read.after(page("2024-02-03"), "2024-06-01")
    assert read.restarted().place == Place("2024-01-01", "", "")


def test_order_counts_across_pages() -> None:
    read = opened().after(page("2024-02-02"), "2024-06-01")
    read = read.after(page("2024-02-01"), "2024-06-01")
    assert read.restarted().place.start == "2024-01-01"


@given(st.lists(st.lists(DAYS, max_size=5), min_size=1, max_size=6))
def test_whatever_the_order_nothing_that_is_missing_lies_before_a_new_list(
    pages: list[list[str]],
) -> None:
    """However the unread pages look, they are asked for again or come later than what was read."""
    read = opened(start="")
    for days in pages:
        read = read.after(page(*days), "2024-06-01")
    seen = [day for days in pages for day in days]
    begins = read.restarted().place.start
    assert begins == ("" if seen != sorted(seen) else (seen[-1] if seen else ""))


def test_new_lists_that_bring_nothing_on_are_given_up() -> None:
    mark = opened()
    with pytest.raises(FetchError, match="tokens expire"):  # noqa: PT012 - one of several
        for _ in range(9):
            mark = mark.after(page("2024-01-01"), "2024-06-01").restarted()


def test_new_lists_that_bring_it_on_are_not() -> None:
    mark = opened()
    for day in range(1, 20):
        mark = mark.after(page(f"2024-02-{day:02}"), "2024-06-01").restarted()
    assert mark.begun == "2024-02-19"


def test_json_keeps_it_whole() -> None:
    mark = opened().after(page("2024-02-01"), "2024-06-01")
    assert Bookmark.from_json(mark.to_json()) == mark


def test_the_same_days_go_on_where_they_stopped() -> None:
    stopped = opened(end="2024-05-05").after(page("2024-02-01"), "2024-06-01")
    assert opened(stopped, end="2024-05-05") == stopped
    assert opened(stopped, end="2024-05-06").token == ""
    assert opened(finished()).token == ""


def test_following_goes_on_where_it_stopped_or_from_the_day_it_began() -> None:
    stopped = opened().after(page("2024-02-01"), "2024-06-01")
    assert opened(stopped, start="", since_last=True) == stopped
    done = stopped.after(page(token=""), "2024-06-03")
    assert opened(done, start="", since_last=True).place.start == "2024-06-01"
    assert opened(done, start="", since_last=True, overlap=7).place.start == "2024-05-25"


def test_following_needs_a_beginning() -> None:
    with pytest.raises(UsageError, match="--from"):
        opened(start="", since_last=True)
    assert opened(since_last=True).place.start == "2024-01-01"


@pytest.mark.parametrize(
    ("start", "end", "since"),
    [
        ("2024-01-01", "", "2024-09-01"),  # on from what is there
        ("2024-05-01", "2024-05-31", "2024-06-01"),  # not back
        ("2020-01-01", "2020-12-31", "2024-06-01"),
        ("2024-08-01", "", "2024-06-01"),  # not over days that nobody asked for
    ],
)
def test_another_harvest_moves_the_beginning_only_where_no_gap_is_left(
    start: str, end: str, since: str
) -> None:
    later = opened(finished(), start=start, end=end).after(page(token=""), "2024-09-01")
    assert later.since == since


@pytest.mark.parametrize("start", ["2024-01-01", ""])
def test_another_harvest_leaves_no_gap_where_the_first_was_interrupted(start: str) -> None:
    stopped = opened(start=start).after(page("2024-02-01"), "2024-12-16")
    one_day = opened(stopped, start="2024-12-17", end="2024-12-17")
    one_day = one_day.after(page(token=""), "2024-12-18")
    followed = opened(one_day, since_last=True)
    assert followed.place == Place(start, "", "")
    followed = followed.after(page(token=""), "2024-12-19")
    assert opened(followed, since_last=True, overlap=1).place.start == "2024-12-18"


def test_a_gap_of_an_interrupted_harvest_is_closed_by_one_that_covers_it() -> None:
    stopped = opened(start="2024-03-01").after(page("2024-03-02"), "2024-12-16")
    assert opened(stopped, start="", end="").after(page(token=""), "2024-12-18").since == (
        "2024-12-18"
    )


def test_following_begins_where_the_first_harvest_ended() -> None:
    assert finished(end="2024-02-01").since == "2024-02-01"
