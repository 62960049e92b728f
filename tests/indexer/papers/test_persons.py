from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.exports.author_names import name_parts
from api.exports.bibtex import key_of
from indexer.papers.paper import make_paper
from indexer.papers.persons import natural_name, swapped


@pytest.mark.parametrize(
    ("written", "natural", "inverted"),
    [
        ("Tester A.B.", "A. B. Tester", "Tester, A. B."),
        ("Tester A.", "A. Tester", "Tester, A."),
        ("van der Berg J.-P.", "J.-P. van der Berg", "van der Berg, J.-P."),
        ("Müller Ö. Ä.", "Ö. Ä. Müller", "Müller, Ö. Ä."),
        ("Tester-Sample A. B.", "A. B. Tester-Sample", "Tester-Sample, A. B."),
        ("Wei Wang 0001", "Wei Wang", "Wang, Wei"),
    ],
)
def test_initials_behind_a_name_go_in_front(written: str, natural: str, inverted: str) -> None:
    paper = make_paper({"title": "Leaf toys", "authors": [written], "date": "2021"}, source="s")
    assert paper.authors == (natural,)
    assert name_parts(natural).inverted == inverted


def test_the_key_is_made_of_the_family_name() -> None:
    paper = make_paper({"title": "Leaf", "authors": ["Tester A.B."], "date": "2021"}, source="s")
    assert key_of(paper) == "tester2021leaf"


@pytest.mark.parametrize(
    "name",
    [
        *("Ann B. Tester", "A. B. Tester", "Tester, A.B.", "Plato", "A.B.", "J. Tester A.", "X."),
        *("Tester AB", "Martin Luther King Jr.", "Team 2019", "The 1000 Genomes Project", "Li Wei"),
    ],
)
def test_other_names_stay_as_they_are(name: str) -> None:
    assert natural_name(name) == name


@pytest.mark.parametrize(
    ("written", "natural"),
    [
        ("Tester AB", "A. B. Tester"),
        ("van Sample C", "C. van Sample"),
        ("Tester, AB", "A. B. Tester"),
        ("Tester", "Tester"),
        ("Tester Ann", "Tester Ann"),
        ("Toy Train GROUP", "Toy Train GROUP"),
        ("Probe J Jr", "J. Probe Jr"),
        ("Roe EF 2nd", "E. F. Roe 2nd"),
        ("King, ML, Jr.", "M. L. King Jr."),
        ("Petrov IV", "I. V. Petrov"),
        ("de la Cruz II", "I. I. de la Cruz"),
        ("Tester Jr", "Tester Jr"),
    ],
)
def test_initials_without_dots(written: str, natural: str) -> None:
    assert swapped(written) == natural


@given(st.text(max_size=60))
def test_a_name_in_order_stays_in_order(name: str) -> None:
    once = natural_name(name)
    assert natural_name(once) == once
