from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.papers.paper import make_paper
from indexer.papers.retraction import is_notice, plain_title, says_retracted


@pytest.mark.parametrize(
    "title",
    [
        *("RETRACTED: Toys", "Retracted Article: Toys", "RETRACTED ARTICLE - Toys"),
        *("[Retracted] Toys", "[Retracted Article] Toys", "Toys (Retracted)", "Toys [retracted]"),
        "Toys (Retracted article. See vol. 12, pg. 3, 2015)",
    ],
)
def test_a_retracted_paper_is_known_by_its_title(title: str) -> None:
    assert says_retracted(title)
    assert plain_title(title) == "Toys"
    assert not is_notice(title)
    assert make_paper({"title": title}, source="s").retracted


@pytest.mark.parametrize(
    "title",
    [
        *(
            "Retraction: Toys",
            "Retraction of “Toys”",
            "Retraction notice to: Toys",
            "Erratum: Toys",
        ),
        *("Correction to: Toys", "Expression of Concern: Toys", "Author Correction: Toys"),
        *("Notice of retraction: Toys", "Corrigendum to “Toys”"),
    ],
)
def test_a_notice_is_no_retracted_paper(title: str) -> None:
    assert is_notice(title)
    assert not says_retracted(title)


@pytest.mark.parametrize(
    "title",
    [
        *("Retracted", "RETRACTED:", "Toys that were retracted", "Why papers are retracted"),
        *("Correction-free codes", "Corrections: a history", "Retractions in the literature"),
    ],
)
def test_other_titles_say_neither(title: str) -> None:
    assert plain_title(title) == title
    assert not is_notice(title)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (True, True),
        ("TRUE", True),
        ("yes", True),
        (1, True),
        ("Retracted", True),
        (False, False),
        ("no", False),
        ("", False),
        (None, False),
        ([], False),
        ("2019", False),
    ],
)
def test_what_a_source_says(said: object, meant: bool) -> None:
    for name in ("retracted", "is_retracted", "isRetracted", "Is Retracted"):
        assert make_paper({"title": "Toys", name: said}, source="s").retracted is meant


@given(st.text(st.sampled_from("retracted [](){}:-–.\n "), max_size=300))
def test_any_title_is_read_in_no_time(title: str) -> None:
    plain_title(title)
    is_notice(title * 20)
