"""Text as it is compared."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.papers.folding import fold

SPECIAL = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ħ": "h",
    "ı": "i",
}


def letter_by_letter(text: str) -> str:
    """The slow and plain way."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = [letter for letter in decomposed if not unicodedata.combining(letter)]
    return "".join(SPECIAL.get(letter, letter) for letter in bare)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ERDŐS", "erdos"),
        ("Ångström", "angstrom"),
        ("Łukasz Þór", "lukasz thor"),
        ("Straße", "strasse"),
        ("ﬁnite", "finite"),
        ("注意力", "注意力"),
        ("plain ASCII", "plain ascii"),
    ],
)
def test_case_and_accents_go(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text() | st.text("aĀ\u0301øß İıæ-ﬁ2²"))
def test_it_is_what_the_plain_way_gives(text: str) -> None:
    assert fold(text) == letter_by_letter(text)
