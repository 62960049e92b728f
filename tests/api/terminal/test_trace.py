"""``NEARPAPER_TRACE=1``: where an answer's time went."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import pytest

from search.stages import Stage, observed, stage

Nearpaper = Callable[..., tuple[int, str, str]]
STAGES = ["reading", "rewriting", "encoding", "nearest", "bm25", "scoring", "names", "closeness"]


def test_a_question_shows_its_stages_on_stderr(
    nearpaper: Nearpaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = nearpaper("search", "graph kernels", "--limit", "3")
    monkeypatch.setenv("NEARPAPER_TRACE", "1")
    code, out, err = nearpaper("search", "graph kernels", "--limit", "3")
    assert (code, out) == plain[:2]
    head, *lines = err.splitlines()
    assert head.split() == ["stage", "ms", "cpu", "ms"]
    assert sorted(line.split()[0] for line in lines) == sorted([*STAGES, "facets", "records"])
    assert all(float(figure) >= 0 for line in lines for figure in line.split()[1:])


def test_words_alone_embed_nothing(nearpaper: Nearpaper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARPAPER_TRACE", "1")
    err = nearpaper("search", "graph kernels", "--mode", "lexical")[2]
    assert "bm25" in err
    assert "encoding" not in err
    assert "nearest" not in err


def test_waiting_counts_by_the_clock_alone() -> None:
    seen: list[Stage] = []

    def observer(stages: Sequence[Stage]) -> None:
        seen.extend(stages)

    with observed(observer), stage("facets"):
        time.sleep(0.05)
    assert seen[0].wall >= 0.05 > seen[0].cpu


def test_an_answer_that_fails_still_shows_what_was_done() -> None:
    seen: list[Stage] = []
    with pytest.raises(ValueError, match="stop"), observed(seen.extend), stage("records"):
        raise ValueError("stop")
    assert [each.name for each in seen] == ["records"]
