from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.papers.fields import (
    MAX_NAME,
    categories_of,
    count_of,
    date_of,
    host_of,
    names_of,
    split_authors,
    url_of,
)
from indexer.papers.persons import natural_name
from indexer.papers.text import clean_text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Daniel Lemire", ["Daniel Lemire"]),
        ("Ann Lee; Bo Li", ["Ann Lee", "Bo Li"]),
        ("Ann Lee, Bo Li and Cy Fox", ["Ann Lee", "Bo Li", "Cy Fox"]),
        ("Ann Lee, Bo Li, and Cy Fox", ["Ann Lee", "Bo Li", "Cy Fox"]),
        ("Ann Lee and Bo Li", ["Ann Lee", "Bo Li"]),
        ("Ann Lee, Bo Li", ["Ann Lee", "Bo Li"]),
        ("Lee, Ann and van der Berg, Bo", ["Lee, Ann", "van der Berg, Bo"]),
        ("Lemire, Daniel", ["Lemire, Daniel"]),
        ("Lee, A. B., Li, C.", ["Lee, A. B.", "Li, C."]),
        ("Lee, A., Li, B., and Fox, C.", ["Lee, A.", "Li, B.", "Fox, C."]),
        ("Anderson Sandhu", ["Anderson Sandhu"]),
    ],
)
def test_one_text_lists_authors_in_several_ways(text: str, names: list[str]) -> None:
    assert split_authors(text) == names


def test_authors_come_as_names_or_as_objects() -> None:
    assert names_of(["Ann Lee", {"name": "Bo  Li"}, {"name": "Cy", "hidden": True}, "", None]) == (
        "Ann Lee",
        "Bo Li",
    )
    for wrong in (7, [7], [["Ann"]], {"name": "Ann"}, ["x" * 5_001], ["Ann"] * 10_001):
        with pytest.raises(ValueError, match="author"):
            names_of(wrong)


@given(st.lists(st.text("aB0. |,\\'\u0301é\u212b\u00a0\t", max_size=6), max_size=4))
@example(["Tester A.B.", "Wei Wang 0001"])
@example(["a", "\u0301b"])
def test_names_that_are_looked_at_together_come_out_as_one_by_one(names: list[str]) -> None:
    clean = [clean_text(name, MAX_NAME) for name in names]
    assert names_of(names) == tuple(natural_name(name) for name in clean if name)


def test_categories_come_as_lists_or_as_text() -> None:
    assert categories_of("cs.CL stat.ML hep-th") == ("cs.CL", "stat.ML", "hep-th")
    assert categories_of("Computer Vision, Robotics") == ("Computer Vision", "Robotics")
    assert categories_of(["cs.CV", "68T45, 62H30", "cs.CV"]) == ("cs.CV", "68T45, 62H30")
    for wrong in (7, [7], ["x"] * 101):
        with pytest.raises(ValueError, match="categor"):
            categories_of(wrong)


def test_counts_are_whole_numbers_from_zero() -> None:
    assert [count_of(value, "n") for value in (None, 0, 7, 7.0, "7", " 7 ")] == [
        None,
        0,
        7,
        7,
        7,
        7,
    ]
    wrong = (True, -1, "-1", 1.5, float("nan"), float("inf"), "many", [7], 2**31)
    for value in wrong:
        with pytest.raises(ValueError, match=r"^n is "):
            count_of(value, "n")


def test_dates_and_addresses_that_make_no_sense_are_not_known() -> None:
    assert [date_of(value) for value in (2017, 2017.0, "None", True, [2017], None)] == [
        *("2017", "2017", "", "", "", "")
    ]
    assert url_of(" https://arxiv.org/abs/1706.03762 ") == "https://arxiv.org/abs/1706.03762"
    for wrong in ("javascript:alert(1)", "https://x y", "https://x/" + "y" * 2_000, 7, None):
        assert url_of(wrong) == ""


@pytest.mark.parametrize(
    "nobody", ["[No author name available]", "[No authors listed]", "[Anonymous]", "[no author]"]
)
def test_who_is_nobody_is_no_author(nobody: str) -> None:
    assert names_of(nobody) == names_of([nobody]) == ()
    assert names_of(["Ann Lee", nobody]) == ("Ann Lee",)
    assert names_of([{"name": "[Team] Toys"}]) == ("[Team] Toys",)


@given(
    st.text("abz09.-", max_size=12),
    st.text("a@\\:[]/?#%.é ", max_size=8),
    st.sampled_from(("http://", "https://")),
)
def test_an_address_is_taken_when_it_leads_where_it_says(host: str, rest: str, web: str) -> None:
    url = f"{web}{host}{rest}".strip()
    fit = url.isprintable() and " " not in url and bool(host_of(url))
    assert url_of(url) == (url if fit else "")
