from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.papers.text import clean_text

LATEX = st.text(alphabet="\\{}'\"`^~=.$()[]cdHkruvoOlLijsaeE ê\u0301\n\t\x92\u200b", max_size=40)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (r"L\'evy", "Lévy"),
        (r"Poincar\'{e}", "Poincaré"),
        (r"{\'E}variste", "Évariste"),
        (r"Csisz{\' a}r", "Csiszár"),
        (r"Schr\"odinger", "Schrödinger"),
        (r"na\"{\i}ve na\"\i ve", "naïve naïve"),
        (r"Bj{\o}ntegaard, S\o ren, Bj\o{}rn", "Bjøntegaard, Søren, Bjørn"),
        (r"\v{C}erchova, \v Cerchova", "Čerchova, Čerchova"),
        (r"Nguy\~ên", "Nguyễn"),
        (r"Nguy\~{\^e}n", "Nguyễn"),
        (r"Gau\ss", "Gauß"),
        (r"{\L}ukasiewicz, Odwo{\l}awcza", "Łukasiewicz, Odwoławcza"),
        (r"fa\c{c}ade, k\={a}k\={a}, Erd\H{o}s, D\k{a}b, \.Zuk", "façade, kākā, Erdős, Dąb, Żuk"),
        (r"1\AA{} and 2 {\AA}", "1Å and 2 Å"),
    ],
)
def test_accents_and_letters_of_latex_become_unicode(text: str, clean: str) -> None:
    assert clean_text(text, 100) == clean


@pytest.mark.parametrize(
    "text",
    [
        r"the bound $\tilde{O}(\'e)$ of $$\v{s}$$ and \(\"o\) or \[\^{\i}\] holds",
        r"\textbf{bold} \emph{x} 80\% of \$5",
        r"mangled \r{ho}, \b{eta} and \k{appa} stay",
        r"the MLLM\'s users\' accounts",
        r"a line \\'e break",
        r"Pass\^{}1 and L\_2 and \L_2",
        "joiners \u200d\u200c stay",
    ],
)
def test_formulas_and_other_macros_stay(text: str) -> None:
    assert clean_text(text, 200) == text


def test_an_opening_that_never_closes_is_no_formula() -> None:
    assert clean_text(r"it costs $5, says L\'evy \( and \[ B\'ezier", 100) == (
        r"it costs $5, says Lévy \( and \[ Bézier"
    )


def test_white_space_controls_and_forms_are_cleaned() -> None:
    assert clean_text(" a\r\n\tb\u2028c\u00a0 d ", 100) == "a b c d"
    assert clean_text("x\x00\x1b\x7f\ud800\u200b\ufeff\u202ey", 100) == "xy"
    assert clean_text("e\u0301", 1) == "é"


def test_windows_quotes_read_as_latin_1_are_mended() -> None:
    assert clean_text("the model\x92s \x93words\x94 \x96 all", 100) == "the model’s “words” – all"


def test_what_is_too_long_is_refused() -> None:
    assert clean_text(" " * 50 + "x" * 10, 10) == "x" * 10
    with pytest.raises(ValueError, match="longer than 1,000 characters"):
        clean_text("x" * 1_001, 1_000)


@given(st.one_of(st.text(), LATEX))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean_text(text, 1_000)
    assert clean_text(once, 1_000) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once.encode().decode() == once
    assert " ".join(once.split()) == once


@pytest.mark.parametrize("piece", [r"\(", "$$ ", r"{\'", r"\v{", r"\'{\^", "\\", r"{\o", r"\'\^e"])
def test_hostile_text_takes_linear_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    started = time.perf_counter()
    clean_text(text, 200_000)
    assert time.perf_counter() - started < 2
