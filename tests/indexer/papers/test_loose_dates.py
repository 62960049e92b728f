from __future__ import annotations

import pytest

from indexer.papers.loose_dates import loose_date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("12/17/2024", "2024-12-17"),
        ("17/12/2024", "2024-12-17"),
        ("17-12-2024", "2024-12-17"),
        ("17.12.2024", "2024-12-17"),
        ("3.4.2024", "2024-04-03"),
        ("05/05/2020", "2020-05-05"),
        ("12/17/2024 10:00:00", "2024-12-17"),
        ("20241217", "2024-12-17"),
        ("2019-12-17-2020", "2019-12-17"),
        ("31.2.2024", "2024-02"),
        ("Published 2024-03-01, accepted 01.02.2019", "2024-03-01"),
        ("Accepted 01.02.2019, published 2024-03-01", "2019-02-01"),
        ("99/12/2017", "2017"),
    ],
)
def test_numbers_are_taken_for_what_they_can_only_be(text: str, date: str) -> None:
    assert loose_date(text) == date


@pytest.mark.parametrize("text", ["03/04/2024", "3-4-2024", "31/31/2024", "2024"])
def test_of_unclear_numbers_the_year_is_left(text: str) -> None:
    assert loose_date(text) == "2024"
