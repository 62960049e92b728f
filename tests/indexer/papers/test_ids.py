from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.papers.ids import normalise_doi, normalise_id, title_id


@pytest.mark.parametrize(
    "text",
    [
        "2412.09645",
        " 2412.09645\n",
        "arXiv:2412.09645",
        "arxiv: 2412.09645 [cs.CV]",
        "https://arxiv.org/abs/2412.09645",
        "http://www.arxiv.org/abs/2412.09645/",
        "arxiv.org/pdf/2412.09645.pdf",
        "https://arxiv.org/html/2412.09645?context=cs#S1",
        "https://export.arxiv.org/abs/2412.09645",
        "https://www.alphaxiv.org/abs/2412.09645",
        "https://huggingface.co/papers/2412.09645",
        "10.48550/arXiv.2412.09645",
        "doi:10.48550/ARXIV.2412.09645",
        "https://doi.org/10.48550/arXiv.2412.09645",
        "https://dx.doi.org/10.48550%2FarXiv.2412.09645",
    ],
)
def test_every_way_to_write_an_arxiv_id_is_one_paper(text: str) -> None:
    assert normalise_id(text) == ("2412.09645", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2412.09645v2", ("2412.09645", 2)),
        ("arXiv:2412.09645V12", ("2412.09645", 12)),
        ("https://arxiv.org/pdf/2412.09645v3.pdf", ("2412.09645", 3)),
        ("https://doi.org/10.48550/arXiv.2412.09645v2", ("2412.09645", 2)),
        ("0704.0001", ("0704.0001", None)),
        ("hep-th/9901001", ("hep-th/9901001", None)),
        ("https://arxiv.org/abs/hep-th/9901001v2", ("hep-th/9901001", 2)),
        ("arXiv:math.GT/0309136", ("math/0309136", None)),
        ("cond-mat.mes-hall/9901001", ("cond-mat/9901001", None)),
        ("10.48550/arXiv.math/0309136", ("math/0309136", None)),
        ("10.1145/3292500.3330701", ("10.1145/3292500.3330701", None)),
        ("https://doi.org/10.18653/v1/N19-1423", ("N19-1423", None)),
        ("https://aclanthology.org/N19-1423/", ("N19-1423", None)),
        ("https://aclanthology.org/2020.acl-main.1.pdf", ("2020.acl-main.1", None)),
        ("https://www.aclweb.org/anthology/P19-1001", ("P19-1001", None)),
    ],
)
def test_versions_old_ids_dois_and_anthology(text: str, expected: tuple[str, int | None]) -> None:
    assert normalise_id(text) == expected


@pytest.mark.parametrize(
    "text", ["N19-1423", "12345", "1963.earlymt-1.1", "2413.12345", "foo/9901001", "https://x.y/z"]
)
def test_any_other_id_is_kept(text: str) -> None:
    assert normalise_id(text) == (text, None)


def test_white_space_in_other_ids_is_folded() -> None:
    assert normalise_id("  my\t paper ") == ("my paper", None)


@pytest.mark.parametrize(
    "text", ["", "  \n", "x" * 201, "x" * 9_999, "a\x00b", "a\u202eb", "\ud800"]
)
def test_what_can_be_no_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="the id "):
        normalise_id(text)


@given(
    st.one_of(
        st.text(),
        st.from_regex(
            r"(arXiv:|https://arxiv\.org/abs/|10\.48550/arXiv\.)?[0-9]{4}\.[0-9]{5}v?[0-9]?"
        ),
        st.from_regex(r"(https?://(dx\.)?doi\.org/|doi:)?10\.[0-9]{4}/\S{1,20}"),
    )
)
@example("10.1234/İ")
def test_normalising_twice_changes_nothing(text: str) -> None:
    try:
        once, _ = normalise_id(text)
    except ValueError:
        return
    assert normalise_id(once) == (once, None)


def test_dois_lose_their_resolver() -> None:
    assert normalise_doi("https://doi.org/10.1002/SPE.2984") == "10.1002/spe.2984"
    with pytest.raises(ValueError, match="not a DOI"):
        normalise_doi("n/a")


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("doi: https://doi.org/10.1000/abc", "10.1000/abc"),
        ("DOI 10.1000/abc", "10.1000/abc"),
        ("10.1000/abc\u200b", "10.1000/abc"),
        ("\ufeff10.1000/\xadabc", "10.1000/abc"),
        ("https://doi.org/10.1000/abc%E2%80%8B", "10.1000/abc"),
        (
            "10.1002/(SICI)8&lt;391::AID-ASI1&gt;3.0.CO;2-9",
            "10.1002/(sici)8<391::aid-asi1>3.0.co;2-9",
        ),
        ("10.1000/a&amp;lt;b&amp;amp;c", "10.1000/a<b&c"),
        ("10.1000/a&copy=b", "10.1000/a&copy=b"),
    ],
)
def test_dois_lose_what_pages_and_programs_add(text: str, doi: str) -> None:
    assert normalise_doi(text) == normalise_doi(doi) == doi
    assert normalise_id(text) == (doi, None)


@pytest.mark.parametrize("text", ["pmcid:7654321", "PMCID: PMC7654321", "pmcid:pmc7654321"])
def test_every_way_to_write_a_number_of_pubmed_central_is_one_paper(text: str) -> None:
    assert normalise_id(text) == ("pmcid:PMC7654321", None)


def test_title_ids_depend_on_words_alone() -> None:
    assert title_id("Poincaré: On  Maps") == title_id("poincare – on maps")
    assert title_id("On Maps") != title_id("On Naps")
    assert title_id("???") != title_id("!!!")
    assert len(title_id("On Maps")) == len("title:") + 16
