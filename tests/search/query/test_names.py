"""Names with letters that keyboards lack, and which word of a name is the surname."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.papers.folding import words
from search.query.names import MOST_SPELLINGS, spellings, surname_place

SAME = [
    ("mueller", "Müller"),
    ("Jörg Müller", "Joerg Mueller"),
    ("joerg mueller", "Jörg Müller"),
    ("Schoelkopf", "Schölkopf"),
    ("Jaeger", "Jäger"),
    ("Juergen", "Jürgen"),
    ("Goedel", "Gödel"),
    ("Strasser", "Straßer"),
    ("Moeller", "Møller"),
    ("Soeren", "Søren"),
    ("Doerr", "Dorr"),
    ("Müller", "Mueller"),
    ("Oeland", "Øland"),
    ("Kynkaeaenniemi", "Kynkäänniemi"),
    ("Gyoergy", "György"),
]
OTHERS = [
    ("Yue", "Yu"),
    ("Xue", "Xu"),
    ("Michael", "Michal"),
    ("Samuel", "Samul"),
    ("Suen", "Sun"),
    ("Bauer", "Baur"),
    ("Xuefeng", "Xufeng"),
    ("Juefei", "Jufei"),
    ("muller", "mueller"),
]


def found(asked: str, stored: str) -> bool:
    """Whether a name is looked up in words that an index keeps of another."""
    return any(set(words(one)) <= set(words(stored)) for one in spellings(asked))


@pytest.mark.parametrize(("asked", "stored"), SAME)
def test_a_name_is_found_in_its_other_spelling(asked: str, stored: str) -> None:
    assert found(asked, stored)


@pytest.mark.parametrize(("asked", "stored"), OTHERS)
def test_other_names_stay_apart(asked: str, stored: str) -> None:
    assert not found(asked, stored)


@given(st.text(max_size=40))
def test_what_is_typed_is_always_looked_up_and_little_else(name: str) -> None:
    each = spellings(name)
    assert each[0] == name
    assert len(set(each)) == len(each) <= MOST_SPELLINGS + 1


@pytest.mark.parametrize(
    ("printed", "asked", "right"),
    [
        ("Ashish Vaswani", "Vaswani", True),
        ("Vaswani, Ashish", "vaswani", True),
        ("Ashish Vaswani", "Ashish", False),
        ("Vaswani, Ashish", "Ashish", False),
        ("Aäron van den Oord", "van den Oord", True),
        ("Aäron van den Oord", "Oord", True),
        ("Michael I. Jordan", "Jordan M", True),
        ("Jordan Boyd-Graber", "Jordan", False),
        ("Jordan Boyd-Graber", "Boyd-Graber", True),
        ("Martin Luther King Jr.", "King", True),
        ("Wei Wang 0001", "Wang", True),
        ("Jörg Müller", "Mueller", True),
        ("LeCun Yann", "Yann LeCun", True),
        ("OpenAI", "openai", True),
        ("", "Vaswani", False),
    ],
)
def test_the_surname_is_told_from_given_names(printed: str, asked: str, right: bool) -> None:
    assert surname_place(printed, asked) is right
