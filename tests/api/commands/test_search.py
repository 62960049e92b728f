"""The ways to search from the command line, and how the answers are laid out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.wording import reasons, understanding

Nearpaper = Callable[..., tuple[int, str, str]]


def results(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_words_alone_find_what_holds_them(nearpaper: Nearpaper) -> None:
    code, out, err = nearpaper("search", "graph kernels", "--mode", "lexical", "--limit", "50")
    assert (code, err) == (0, "")
    assert len(results(out)) == 6
    assert all("graph kernels" in result["title"] for result in results(out))


def test_meaning_alone_ranks_all_and_a_least_score_cuts(nearpaper: Nearpaper) -> None:
    line = ("search", "graph kernels", "--mode", "dense", "--limit", "50")
    every = [result["score"] for result in results(nearpaper(*line)[1])]
    above = [result["score"] for result in results(nearpaper(*line, "--min-score", "0.5")[1])]
    assert len(every) == 32
    assert above == [score for score in every if score >= 0.5]
    assert 0 < len(above) < 32


def test_reasons_as_json(nearpaper: Nearpaper) -> None:
    _, out, _ = nearpaper("search", "graph kernels", "--explain", "--limit", "1")
    why = results(out)[0]["why"]
    assert set(why) == {"dense", "lexical", "words", "sentence", "highlights"}
    assert why["words"] == ["graph", "kernels"]
    assert why["sentence"]["text"].startswith("We study graph kernels")


def test_reasons_as_text(nearpaper: Nearpaper) -> None:
    line = ("search", "graph kernels", "--limit", "1", "--table")
    _, out, _ = nearpaper(*line, "--explain")
    assert "why: meaning 1 (" in out
    assert "matched graph, kernels" in " ".join(out.split())
    assert "): We study graph kernels" in out
    assert max(map(len, out.splitlines())) <= 80
    assert "why:" not in nearpaper(*line)[1]


def test_what_was_understood_is_said_when_it_differs(nearpaper: Nearpaper) -> None:
    question = "Can you recommend papers about graph kernels cat:cs.CL -speech"
    said = (
        "nearpaper: showing results for “graph kernels” "
        "(ignored: “Can you recommend papers about”); without “speech”; category cs.CL\n"
    )
    code, out, err = nearpaper("search", question)
    assert code == 0
    assert said in err
    assert all(result["categories"] == ["cs.CL"] for result in results(out))
    _, out, err = nearpaper("search", question, "--json")
    assert "showing results for" not in err
    assert json.loads(out)["understood"]["taken_off"] == "Can you recommend papers about"


def test_what_was_read_from_the_words_is_said_and_can_be_taken_off(nearpaper: Nearpaper) -> None:
    line = ("search", "papers by Zoë Shared on speech since November 2024", "--limit", "50")
    _, out, err = nearpaper(*line)
    assert len(results(out)) == 4
    assert err.endswith(
        "nearpaper: showing results for “speech” (ignored: “papers … on”); from November 2024; "
        "author Zoë Shared\n"
        "nearpaper: read from “by Zoë Shared … since November 2024”; --literal takes words as "
        "words\n"
    )
    _, out, err = nearpaper(*line, "--literal")
    assert len(results(out)) == 32
    assert "--literal" not in err


def test_why_nothing_was_found_is_said(nearpaper: Nearpaper) -> None:
    code, out, err = nearpaper("search", "speech cat:zzz", "--table")
    assert (code, out) == (0, "")
    assert "nearpaper: warning: no paper has category zzz\n" in err
    assert err.endswith("nearpaper: no papers match\n")
    assert "smaller --offset" in nearpaper("search", "speech", "--offset", "50", "--table")[2]


def test_an_id_is_looked_up(nearpaper: Nearpaper) -> None:
    _, out, err = nearpaper("search", "https://arxiv.org/abs/2402.00001v2")
    assert [result["id"] for result in results(out)] == ["2402.00001"]
    assert err == "nearpaper: looked up 2402.00001\n"


def test_similar_to_a_text(nearpaper: Nearpaper) -> None:
    code, out, _ = nearpaper("similar", "--text", "graph kernels compared", "--limit", "3")
    assert code == 0
    assert all("graph kernels" in result["title"] for result in results(out))


def test_similar_moves_away_from_a_paper(nearpaper: Nearpaper) -> None:
    line = ("similar", "--text", "graph kernels and protein folding", "--limit", "4")
    plain = results(nearpaper(*line)[1])
    away = results(nearpaper(*line, "--not", "2402.00001", "--not", "2407.00006")[1])
    assert any("graph kernels" in result["title"] for result in plain)
    assert all("protein folding" in result["title"] for result in away)


def test_versions_are_listed_with_the_paper_they_are_of(nearpaper: Nearpaper, twins: Path) -> None:
    line = ("similar", "--text", "caching for storage", "--limit", "1", "--index", str(twins))
    first = results(nearpaper(*line)[1])[0]
    assert {first["id"], *first["folded"]} == {"twin-talk", "twin-journal"}
    _, out, _ = nearpaper(*line, "--table")
    assert f"also: {first['folded'][0]}" in out


@pytest.mark.parametrize(
    ("understood", "said"),
    [
        ({"text": "as typed", "mode": "hybrid", "sort": "relevance", "after": "2020"}, ""),
        ({"similar": ["1"], "unlike": ["2"], "text": "as typed"}, ""),
        ({"filters": [{"author": ["a", "b"]}]}, "author a or b"),
        ({"filters": [{"after": "2024-02-05", "before": "2024-02-05"}]}, "dated 5 February 2024"),
        ({"filters": [{"before": "2024-02"}]}, "up to February 2024"),
        (
            {
                "text": "x",
                "phrases": ["p q", "r"],
                "filters": [{"after": "2021", "before": "2023"}],
            },
            "showing results for “x”; containing “p q” and “r”; from 2021 to 2023",
        ),
        (
            {"text": "x", "cited": {"author": ["a", "b"], "after": "2016", "before": "2018"}},
            "showing results for “x”; papers by a and b, from 2016 to 2018, first",
        ),
        (
            {"text": "x", "cited": {"author": ["a g"]}},
            "showing results for “x”; papers by a g, first",
        ),
        (
            {"text": "x\x1b[1m", "title": ["t"], "abstract": ["a"]},
            "showing results for “x [1m”; with “t” in the title; with “a” in the abstract",
        ),
    ],
)
def test_understanding_in_words(understood: dict[str, Any], said: str) -> None:
    assert understanding(understood) == said


def test_reasons_in_words() -> None:
    words = [f"word{number}" for number in range(14)]
    why = {"dense": {"rank": None, "score": 0.5}, "lexical": None, "words": words}
    (line,) = reasons(why)
    assert line.startswith("why: meaning – (0.50); matched word0, word1, ")
    assert line.endswith("word11 and 2 more")
    assert not list(reasons({}))
