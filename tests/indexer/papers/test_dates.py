from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.papers.dates import date_key, parse_date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2023", "2023"),
        ("2023.0", "2023"),
        ("2023-11", "2023-11"),
        ("2024/2", "2024-02"),
        ("2024-12-17", "2024-12-17"),
        ("2024/12/17", "2024-12-17"),
        ("2024-12-10T18:52:39.000Z", "2024-12-10"),
        ("2024-12-10 18:52:39+02:00", "2024-12-10"),
        ("Dec 17, 2024", "2024-12-17"),
        ("Sept. 3rd, 2024", "2024-09-03"),
        ("December, 1958", "1958-12"),
        ("July,1961", "1961-07"),
        ("May 1960", "1960-05"),
        ("17 December 2024", "2024-12-17"),
        ("Mon, 11 Jan 2021 20:31:27 GMT", "2021-01-11"),
        ("2024-02-29", "2024-02-29"),
    ],
)
def test_dates_stay_as_exact_as_they_come(text: str, date: str) -> None:
    assert parse_date(text) == date
    assert parse_date(date) == date


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "2023-02-29", "2024-13", "2024-00-00", "0999", "3000", "999", "Dec 17"),
        *("Smarch 2024", "Decay 2024", "2024-12/17", "2024-12-17junk", "٢٠٢٤", "2024" * 50),
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_date(text)


def test_partial_dates_sort_before_the_days_in_them() -> None:
    dates = ["", "2023", "2023-11", "2023-11-05", "2024"]
    assert [date_key(date) for date in dates] == [0, 20230000, 20231100, 20231105, 20240000]


@given(st.dates(min_value=datetime.date(1000, 1, 1), max_value=datetime.date(2999, 12, 31)))
def test_every_real_day_is_read(day: datetime.date) -> None:
    assert parse_date(day.isoformat()) == day.isoformat()
    assert date_key(day.isoformat()) == day.year * 10_000 + day.month * 100 + day.day


@given(st.text(max_size=80))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        date = parse_date(text)
    except ValueError:
        return
    assert 1000_00_00 <= date_key(date) <= 2999_12_31
