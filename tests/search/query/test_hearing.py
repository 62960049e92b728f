"""What is read from the words of a question: authors, times and citations, and what stays words."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.papers.folding import words
from search.query.corpus import Cited
from search.query.names import spellings, surname_place
from search.query.parser import parse

AUTHORS = (
    *("Ashish Vaswani", "Noam Shazeer", "Yann LeCun", "Geoffrey E. Hinton", "Yejin Choi"),
    *("Yoshua Bengio", "Kyunghyun Cho", "Aäron van den Oord", "Jörg Müller", "Quoc V. Le"),
    *("Anne O'Hara", "Shai Ben-David", "Yang Song", "May Li", "Karen Adams"),
)
COMMON_WORDS = ("song", "may", "li")


class KnownNames:
    """An index of one paper by each of some authors, all of 2017."""

    today = date(2026, 5, 20)

    def is_author(self, name: str, *, certain: bool = False) -> bool:
        if name in COMMON_WORDS and not certain:
            return False
        return any(self._wrote(author, name) for author in AUTHORS)

    def has(self, cited: Cited) -> bool:
        return cited.after in ("", "2016", "2017")

    def _wrote(self, author: str, name: str) -> bool:
        found_by = {*words(author), *(word[0] for word in words(author))}
        asked = [words(one) for one in spellings(name)]
        whole = any(len(word) > 1 for word in words(name))
        is_held = any(found_by.issuperset(one) for one in asked if one)
        return whole and is_held and (len(words(name)) > 1 or surname_place(author, name))


CORPUS = KnownNames()

HEARD: dict[str, dict[str, Any]] = {
    # by authors
    "papers by Yann LeCun on world models": {"text": "world models", "author": [["Yann LeCun"]]},
    "papers by Yejin Choi about commonsense": {"text": "commonsense", "author": [["Yejin Choi"]]},
    "papers by LeCun": {"text": "", "author": [["LeCun"]]},
    "papers by lecun on energy": {"text": "energy", "author": [["lecun"]]},
    "Papers by Hinton and LeCun, please": {"text": "", "author": [["Hinton"], ["LeCun"]]},
    "papers by Hinton or LeCun on vision": {"text": "vision", "author": [["Hinton", "LeCun"]]},
    "papers by Hinton et al. on vision": {"text": "vision", "author": [["Hinton"]]},
    "papers by Hinton and colleagues on vision": {"text": "vision", "author": [["Hinton"]]},
    "recent papers by Hinton": {"text": "", "author": [["Hinton"]]},
    "papers written by Hinton on speech": {"text": "speech", "author": [["Hinton"]]},
    "deep learning papers by Bengio": {"text": "deep learning", "author": [["Bengio"]]},
    "work by van den Oord on WaveNet": {"text": "WaveNet", "author": [["van den Oord"]]},
    "papers by O'Hara on plants": {"text": "plants", "author": [["O'Hara"]]},
    "papers by Ben-David on domains": {"text": "domains", "author": [["Ben-David"]]},
    "papers by Mueller on displays": {"text": "displays", "author": [["Mueller"]]},
    "by Hinton on capsules": {"text": "capsules", "author": [["Hinton"]]},
    "capsules by Hinton": {"text": "capsules", "author": [["Hinton"]]},
    "capsules proposed by Hinton": {"text": "capsules", "author": [["Hinton"]]},
    "LeCun's work on world models": {"text": "world models", "author": [["LeCun"]]},
    "Yann LeCun’s papers about vision": {"text": "vision", "author": [["Yann LeCun"]]},
    "find me Hinton's articles on speech": {"text": "speech", "author": [["Hinton"]]},
    "Yann LeCun papers on vision": {"text": "vision", "author": [["Yann LeCun"]]},
    "the WaveNet paper by van den Oord": {"text": "WaveNet", "author": [["van den Oord"]]},
    "score matching by Song": {"text": "score matching", "author": [["Song"]]},
    # from times
    "world models since 2024": {"text": "world models", "dates": [("2024", "")]},
    "last year, before": {"text": "before", "dates": [("2025", "2025")]},
    "world models since last year": {"text": "world models", "dates": [("2025", "")]},
    "world models before last year": {"text": "world models", "dates": [("", "2024")]},
    "world models after this year": {"text": "world models", "dates": [("2027", "")]},
    "world models between last year and this year": {
        "text": "world models",
        "dates": [("2025", "2026")],
    },
    "papers after 2023 about diffusion models": {
        "text": "diffusion models",
        "dates": [("2024", "")],
    },
    "papers before 1990 on nets": {"text": "nets", "dates": [("", "1989")]},
    "nets until 2019": {"text": "nets", "dates": [("", "2019")]},
    "nets up to 2019": {"text": "nets", "dates": [("", "2019")]},
    "nets from 2019 to 2021": {"text": "nets", "dates": [("2019", "2021")]},
    "nets between 2019 and 2021": {"text": "nets", "dates": [("2019", "2021")]},
    "papers from 2019-2021 on nets": {"text": "nets", "dates": [("2019", "2021")]},
    "nets from 2020 onwards": {"text": "nets", "dates": [("2020", "")]},
    "nets from 2020 on": {"text": "nets", "dates": [("2020", "")]},
    "nets from 2020 until today": {"text": "nets", "dates": [("2020", "")]},
    "papers from 2020 on nets": {"text": "nets", "dates": [("2020", "2020")]},
    "nets published in 2020": {"text": "nets", "dates": [("2020", "2020")]},
    "papers published in the year 2020 on nets": {"text": "nets", "dates": [("2020", "2020")]},
    "nets in 2020": {"text": "nets", "dates": [("2020", "2020")]},
    "papers in 2020 on nets": {"text": "nets", "dates": [("2020", "2020")]},
    "nets since March 2019": {"text": "nets", "dates": [("2019-03", "")]},
    "nets after May 2023": {"text": "nets", "dates": [("2023-06", "")]},
    "nets since Sept. 2023": {"text": "nets", "dates": [("2023-09", "")]},
    "papers from dec 2022 on nets": {"text": "nets", "dates": [("2022-12", "2022-12")]},
    "nets before January 2020": {"text": "nets", "dates": [("", "2019-12")]},
    "nets since 2019-03-05": {"text": "nets", "dates": [("2019-03-05", "")]},
    "nets after 2019-12-31": {"text": "nets", "dates": [("2020-01-01", "")]},
    "papers newer than 2020 on nets": {"text": "nets", "dates": [("2021", "")]},
    "papers on nets from last year": {"text": "nets", "dates": [("2025", "2025")]},
    "last year's papers on nets": {"text": "nets", "dates": [("2025", "2025")]},
    "papers from this year on nets": {"text": "nets", "dates": [("2026", "2026")]},
    "nets in the last two years": {"text": "nets", "dates": [("2024-05", "")]},
    "nets from the past 6 months": {"text": "nets", "dates": [("2025-11", "")]},
    "papers of the past year on nets": {"text": "nets", "dates": [("2025-05", "")]},
    "papers of last month on nets": {"text": "nets", "dates": [("2026-04", "2026-04")]},
    "papers of the last week on nets": {"text": "nets", "dates": [("2026-05-13", "")]},
    # both
    "papers by Yann LeCun on world models since 2024": {
        "text": "world models",
        "author": [["Yann LeCun"]],
        "dates": [("2024", "")],
    },
    "Hinton's work since 2015 on capsules": {
        "text": "capsules",
        "author": [["Hinton"]],
        "dates": [("2015", "")],
    },
    "Can you recommend papers by Geoffrey Hinton and Yann LeCun about capsules since 2019?": {
        "text": "capsules",
        "author": [["Geoffrey Hinton"], ["Yann LeCun"]],
        "dates": [("2019", "")],
    },
    "papers by Hinton et al. (2012) on speech": {
        "text": "speech",
        "author": [["Hinton"]],
        "dates": [("2012", "2012")],
    },
    "capsules by Hinton, 2017": {
        "text": "capsules",
        "author": [["Hinton"]],
        "dates": [("2017", "2017")],
    },
    "papers by LeCun year:2019": {
        "text": "",
        "author": [["LeCun"]],
        "dates": [("2019", "2019")],
    },
}


@pytest.mark.parametrize(("question", "right"), HEARD.items())
def test_authors_and_times_become_filters(question: str, right: dict[str, Any]) -> None:
    query = parse(question, CORPUS)
    assert query.text == right["text"]
    authors = [list(one.authors) for one in query.filters if one.authors]
    assert authors == right.get("author", [])
    dates = [(one.after, one.before) for one in query.filters if one.after or one.before]
    assert dates == right.get("dates", [])
    assert query.heard
    assert query.understood()["heard"] == query.heard


CITED: dict[str, tuple[list[str], str, str]] = {
    "Vaswani et al. 2017": (["Vaswani"], "2017", "2017"),
    "vaswani et al 2017": (["vaswani"], "2017", "2017"),
    "Vaswani et al., (2017)": (["Vaswani"], "2017", "2017"),
    "(Vaswani et al., 2017a)": (["Vaswani"], "2017", "2017"),
    "Vaswani 2017": (["Vaswani"], "2017", "2017"),
    "Vaswani, 2017.": (["Vaswani"], "2017", "2017"),
    "Ashish Vaswani 2017": (["Ashish Vaswani"], "2017", "2017"),
    "Vaswani and Shazeer 2017": (["Vaswani", "Shazeer"], "2017", "2017"),
    "Vaswani & Shazeer (2017)": (["Vaswani", "Shazeer"], "2017", "2017"),
    "Vaswani, A., & Shazeer, N. (2017)": (["Vaswani A", "Shazeer N"], "2017", "2017"),
    "the paper by Vaswani et al. 2017": (["Vaswani"], "2017", "2017"),
    "Vaswani et al.'s 2017 paper": (["Vaswani"], "2017", "2017"),
    "Vaswani's 2017 paper": (["Vaswani"], "2017", "2017"),
    "Ashish Vaswani’s 2017 paper": (["Ashish Vaswani"], "2017", "2017"),
    "Vaswani et al. 2018": (["Vaswani"], "2017", "2019"),
    "van den Oord et al. 2017": (["van den Oord"], "2017", "2017"),
    "Mueller 2017": (["Mueller"], "2017", "2017"),
    "Vaswani et al.": (["Vaswani"], "", ""),
    "Vaswani and colleagues": (["Vaswani"], "", ""),
    "Hinton G": (["Hinton G"], "", ""),
    "Hinton, G.": (["Hinton G"], "", ""),
    "Hinton GE": (["Hinton G E"], "", ""),
    "hinton g": (["hinton g"], "", ""),
    "G. Hinton": (["G. Hinton"], "", ""),
}


@pytest.mark.parametrize(("question", "right"), CITED.items())
def test_a_citation_names_its_papers(
    question: str, right: tuple[list[str], str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def has(cited: Cited) -> bool:
        return not cited.year or cited.after <= "2017" <= cited.before

    monkeypatch.setattr(CORPUS, "has", has)
    query = parse(question, CORPUS)
    assert query.cited is not None
    assert (list(query.cited.authors), query.cited.after, query.cited.before) == right
    assert query.filters == ()  # first, and nothing is left out


WORDS = [
    *("attention", "ImageNet 2012", "GPT-4 2023", "Adam 2014", "CVPR 2023", "May 2023", "may 2023"),
    *("attention in 2020 vision", "papers by design", "learning by doing", "BERT's work on text"),
    *("Bayes", "Bayes' theorem", "Vitamin C", "hepatitis B", "C. elegans", "plan B", "2017", "may"),
    *("training for 2000 steps", "convergence after 2000 steps", "song", "songs by children"),
    *("nets since de 2023", "nets since mart 2023"),
    *("since sliced bread", "after the flood", "before and after surgery", "in 3 years' time"),
    *(
        "from 10 to 20 layers",
        "between 2 and 5 percent",
        "the last layer",
        "past tense",
        "this year",
    ),
    *("Sepsis related mortality has risen from 2009 to 2014.", "guided by attention"),
    *("Incidence of heart failure increased by 10% in women since 1979.", "inspired by Hinton"),
    *(
        "last mile delivery",
        "from 2021 to 2019",
        "ResNet 50",
        "Smith et al. 2017",
        "Hinton et alia",
    ),
    *("papers by machine learning researchers", "by and large", "bought by the dozen"),
    *("Kalman filter", "Hinton diagrams", "a paper by the sea", "year 2000 problem", "1984"),
    *("capsules not by Hinton", "excluding papers by Hinton", "papers, but none by Hinton"),
    *("nets no older than 2025", "nets excluding papers before 2020", "nets not published in 2020"),
    *("recent advances in parsing", "the latest language models", "papers by song", "after 9999"),
]


@pytest.mark.parametrize("question", [one for one in WORDS if one != "this year"])
def test_doubtful_words_stay_words(question: str) -> None:
    assert parse(question, CORPUS) == parse(question)


def test_prose_names_neither_authors_nor_times() -> None:
    abstract = (
        "Work by Hinton showed that deep networks can be trained, and since 2012 they have been "
        "used for nearly everything; we follow LeCun's work and report what was found in 2020"
    )
    assert parse(abstract, CORPUS) == parse(abstract)


def test_a_wish_for_new_papers_is_kept_in_mind() -> None:
    assert parse("recent papers on nets", CORPUS).recent == "recent"
    assert parse("The latest work by Hinton", CORPUS).recent == "latest"
    assert not parse("papers on recent nets", CORPUS).recent


PARTS = [
    *("papers", "by", "Hinton", "LeCun's", "work", "on", "since", "2024", "from", "to", "2019"),
    *(
        "in",
        "last",
        "year",
        "two",
        "years",
        "May",
        "and",
        "or",
        "et",
        "al.",
        "the",
        "paper",
        "moss",
    ),
    *("recent", "published", "before", "12", "G.", "(2017)", "?", "au:x", '"a b"', "-c", "until"),
]
asked = st.lists(st.sampled_from(PARTS) | st.text(max_size=6), max_size=14).map(" ".join)


@given(asked)
def test_nothing_is_added_and_nothing_moved(question: str) -> None:
    query = parse(question, CORPUS)
    letters = iter(query.asked)
    assert all(letter in letters for letter in query.text)
    assert bool(query.heard) >= (query.filters != parse(question).filters)


class NoNames(KnownNames):
    """An index without authors."""

    def is_author(self, name: str, *, certain: bool = False) -> bool:
        return False


@given(st.lists(st.sampled_from([p for p in PARTS if not p[:1].isdigit()]), max_size=14))
def test_without_names_and_times_a_question_is_read_as_it_stands(parts: list[str]) -> None:
    question = " ".join(part for part in parts if part not in ("last", "(2017)"))
    query, plain = parse(question, NoNames()), parse(question)
    assert (query.text, query.filters, query.taken_off) == (
        plain.text,
        plain.filters,
        plain.taken_off,
    )


@pytest.mark.parametrize("part", ["by Hinton ", "since 2024 ", "from 2019 to ", "et al. ", "N's "])
def test_long_text_takes_no_time(part: str) -> None:
    question = (part * 10_000)[:10_000]
    started = time.perf_counter()
    parse(question, CORPUS)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    "question", ["a" * 119, "a " * 59, "a, " * 39, "A.-" * 39, "'s " * 39, "(" * 119, "a and " * 19]
)
def test_a_citation_is_found_or_not_at_once(question: str) -> None:
    started = time.perf_counter()
    parse(question + " 2017 x", CORPUS)
    assert time.perf_counter() - started < 0.5
