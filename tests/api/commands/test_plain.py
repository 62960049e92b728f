"""A command line that is read without Typer means what Typer reads in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from api.commands import plain, search
from api.commands.app import app
from api.commands.plain import plain_call
from indexer.errors import UsageError

PLAIN = (
    *("search speech", "search --limit 3 speech --offset=4", "search x --json", "search x --table"),
    *("search x --explain --literal --min-score 0.25", "search x --mode lexical --sort newest"),
    *("search x --category cs.CL --category=cs --author hinton --venue ACL", "show 1706.03762"),
    *("search x --after 2020 --before 2021-03 --retracted none", "search x --index /tmp/no"),
    *("search x --fields rank,id --json", "similar 1706.03762 N19-1423 --limit 2 --bibtex"),
    *("similar --text attention --csv", "show 1706.03762 --ris --index /tmp/no --fields id"),
    *("search x --rerank model", "similar", "search x --after nonsense", "search x=y"),
)
LEFT_TO_TYPER = (
    *("", "--help", "--version", "index papers.jsonl", "serch x", "search", "search a b", "show"),
    *("search x --limit 0", "search x --limit", "search x --limit --json", "search x --limit=x"),
    *(
        "search x --limit 3 --limit 4",
        "search x --lmit 3",
        "search x --json --csv",
        "search --help",
    ),
    *("search x --mode words", "search x --no-explain", "search x --explain=yes", "search -- -x"),
    *("search x -l 3", "search x --index=", "search x --min_score 0.2", "search x --min-score 2"),
    *("search --batch questions.txt", "show 1706.03762 --table", "show x --limit 3", "search -"),
    *("similar x --not y", "search x --json --json", "search x --index a --index b"),
)


def watched(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the commands are called with from now on, however they are; none of them runs."""
    calls: list[dict[str, Any]] = []

    def record(name: str, names: Sequence[str]) -> Callable[..., None]:
        def run(*values: Any, **named: Any) -> None:
            given = dict(zip(names, values, strict=False)) | named
            calls.append({"command": name} | {key: one for key, one in given.items() if one})

        return run

    signatures = {
        "ask": "choices question batch fields index rerank format",
        "ask_similar": "choices id batch fields unlike text index format",
        "show_one": "id fields index export_format",
    }
    for name, names in signatures.items():
        monkeypatch.setattr(search, name, record(name, names.split()))
    for command, name in (("search", "ask"), ("similar", "ask_similar"), ("show", "show_one")):
        running = record(name, signatures[name].split())
        held = plain._COMMANDS[command]
        told = {one: getattr(held, one) for one in held.__slots__} | {"run": running}
        monkeypatch.setitem(plain._COMMANDS, command, plain._Command(**told))
    return calls


def by_typer(arguments: list[str]) -> None:
    with typer.main.get_command(app).make_context("nearpaper", arguments) as context:
        context.command.invoke(context)


@pytest.mark.parametrize("line", PLAIN)
def test_what_is_read_without_typer_is_what_typer_reads(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = watched(monkeypatch)
    call = plain_call(line.split())
    assert call is not None
    refused: list[str] = []
    for run in (call, lambda: by_typer(line.split())):
        try:
            run()
        except UsageError as error:
            refused.append(str(error))
    if "nonsense" in line:
        assert len(refused) == 2
        assert refused[0] == refused[1]
    else:
        assert len(called) == 2
        assert called[0] == called[1]


@pytest.mark.parametrize("line", LEFT_TO_TYPER)
def test_whatever_is_not_plain_is_left_to_typer(line: str) -> None:
    assert plain_call(line.split()) is None


def test_texts_that_are_empty_or_no_unicode_are_left_to_typer() -> None:
    assert plain_call(["search", ""]) is None
    assert plain_call(["search", "\udcff"]) is None
    assert plain_call(["search", "two words"]) is not None


WORDS = (
    *("x", "--limit", "--limit=2", "3", "0", "-1", "1.5", "--json", "--csv", "--mode", "dense", ""),
    *("--explain", "--no-literal", "--author", "--min-score", "--index", "--", "-", "--after=x y"),
    *("--text", "--not", "--fields", "--offset=07", "--sort=newest", "--sort", "--table", "a=b"),
)


@given(st.sampled_from(["search", "similar", "show"]), st.lists(st.sampled_from(WORDS), max_size=6))
def test_no_line_is_read_otherwise_than_by_typer(command: str, words: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        calls = watched(patch)
        call = plain_call([command, *words])
        if call is None:
            return
        outcomes: list[object] = []
        for run in (call, lambda: by_typer([command, *words])):
            try:
                run()
                outcomes.append(calls.pop())
            except UsageError as error:
                outcomes.append(str(error))
    assert outcomes[0] == outcomes[1]
