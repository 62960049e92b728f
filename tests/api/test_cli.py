from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import typer

from api.commands.app import app
from api.commands.exit_codes import EXIT_CODES
from api.wording import clean
from indexer import errors
from search.engine import Engine

Nearpaper = Callable[..., tuple[int, str, str]]


def one_line(text: str) -> bool:
    return text.startswith("nearpaper: ") and text.count("\n") == 1 and text.endswith("\n")


def test_piped_results_are_json_one_a_line(nearpaper: Nearpaper) -> None:
    code, out, err = nearpaper("search", "sparse attention", "--limit", "3")
    results = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [result["rank"] for result in results] == [1, 2, 3]
    assert all("sparse attention" in result["title"] for result in results)
    assert err == ""


def test_a_table_can_be_had_in_a_pipe(nearpaper: Nearpaper) -> None:
    code, out, _ = nearpaper("search", "sparse attention", "--limit", "3", "--table")
    lines = out.splitlines()
    assert code == 0
    assert sum("On sparse attention" in line for line in lines) == 3
    assert max(map(len, lines)) <= 80


def test_json_is_one_answer_with_every_key(nearpaper: Nearpaper) -> None:
    code, out, _ = nearpaper("search", "speech", "--json", "--limit", "2", "--offset", "1")
    answer = json.loads(out)
    assert code == 0
    assert list(answer) == [
        *("query", "understood", "total", "close", "limit", "offset"),
        *("facets", "results", "generation", "took_ms", "warnings"),
    ]
    assert (answer["query"], answer["limit"], answer["offset"]) == ("speech", 2, 1)
    assert [result["rank"] for result in answer["results"]] == [2, 3]
    first = answer["results"][0]
    assert first["abstract"].startswith("We study")
    assert first["venue"] is None
    assert first["why"] == {}
    assert first["folded"] == []
    assert {"score", "close", "authors", "date", "url", "categories", "upvotes"} < first.keys()


@pytest.mark.parametrize(
    ("options", "holds"),
    [
        (["--category", "math.OC"], lambda paper: paper["categories"] == ["math.OC"]),
        (["--category", "math", "--category", "cs.CR"], lambda p: p["categories"] != ["cs.CL"]),
        (["--after", "2024-12", "--before", "2024"], lambda paper: "2024-12" in paper["date"]),
        (["--author", "number7"], lambda paper: paper["authors"][0] == "Author Number7"),
    ],
)
def test_filters_hold(
    nearpaper: Nearpaper, options: list[str], holds: Callable[[dict[str, Any]], bool]
) -> None:
    code, out, _ = nearpaper("search", "graph kernels", "--limit", "50", *options)
    papers = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert papers
    assert all(map(holds, papers))


def test_sort_by_upvotes(nearpaper: Nearpaper) -> None:
    _, out, _ = nearpaper("search", "year:2020..", "--sort", "upvotes", "--limit", "3")
    assert [json.loads(line)["upvotes"] for line in out.splitlines()] == [30, 29, 28]


def test_similar_leaves_out_what_was_asked(nearpaper: Nearpaper) -> None:
    code, out, _ = nearpaper("similar", "arXiv:2402.00001v3", "2407.00006", "--limit", "40")
    ids = [json.loads(line)["id"] for line in out.splitlines()]
    assert code == 0
    assert len(ids) == 30
    assert not {"2402.00001", "2407.00006"} & set(ids)


def test_show_finds_a_paper_however_its_id_is_written(nearpaper: Nearpaper) -> None:
    code, out, _ = nearpaper("show", "https://arxiv.org/abs/hep-th/9901001")
    assert code == 0
    assert json.loads(out)["title"] == "Strings of old"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["search", ""], 2),
        (["search", "   "], 2),
        (["search", "x" * 100_000], 2),
        (["search", "x", "--limit", "0"], 2),
        (["search", "x", "--limit", "1000000"], 2),
        (["search", "x", "--limit", "many"], 2),
        (["search", "x", "--offset", "-1"], 2),
        (["search", "x", "--offset", "1000000"], 2),
        (["search", "x", "--after", "soon"], 2),
        (["search", "x", "--before", "2024-13"], 2),
        (["search", "x", "--sort", "colour"], 2),
        (["search", "x", "--mode", "magic"], 2),
        (["search", "x", "--min-score", "1.5"], 2),
        (["search", "x", "--min-score", "nan"], 2),
        (["search", "x", "--rerank", "/nowhere/model"], 1),
        (["search", "x", "--nonsense"], 2),
        (["search"], 2),
        (["seek", "x"], 2),
        ([], 2),
        (["search", "x", "--index", "/nowhere/at/all"], 3),
        (["similar"], 2),
        (["similar", "--not", "2402.00001"], 2),
        (["similar", "--text", " "], 2),
        (["similar", "--text", "x" * 100_000], 2),
        (["similar", "2402.00001", "--not", "2499.99999"], 3),
        (["similar", "2499.99999"], 3),
        (["similar", "2402.00001", "2499.99999"], 3),
        (["show", "2499.99999"], 3),
        (["show", "\x1b[31m\n" + 5000 * "?"], 2),
        (["info", "--index", "/nowhere/at/all"], 3),
        (["check", "--index", "/nowhere/at/all"], 3),
        (["rebuild", "--index", "/nowhere/at/all"], 3),
        (["rebuild", "--model", "hashing"], 2),
        (["rebuild", "--embed", "--index", "/nowhere/at/all"], 3),
        (["compact", "--index", "/nowhere/at/all"], 3),
        (["remove", "2402.00001", "--index", "/nowhere/at/all"], 3),
        (["serve", "--index", "/nowhere/at/all"], 3),
        (["serve", "--port", "65536"], 2),
        (["index", "/nowhere/papers.jsonl"], 1),
    ],
)
def test_bad_input_gets_one_line_and_its_exit_code(
    nearpaper: Nearpaper, arguments: list[str], code: int
) -> None:
    got, out, err = nearpaper(*arguments)
    assert got == code
    assert out == ""
    assert one_line(err)
    assert "\x1b" not in err
    assert len(err) < 700


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["search", "x", "--top-k", "3"], "no option --top-k; did you mean --limit?"),
        (["search", "x", "--top_k=3"], "no option --top_k; did you mean --limit?"),
        (["search", "x", "--until", "2024"], "no option --until; did you mean --before?"),
        (["similar", "x", "--catgory", "cs"], "no option --catgory; did you mean --category?"),
        (["index", "x", "--keep-double"], "did you mean --keep-duplicates?"),
        (["search", "x", "--nonsense"], "no option --nonsense; see `nearpaper search --help`"),
        (["fetch", "arxiv", "--sett", "cs"], "did you mean --set?"),
    ],
)
def test_an_unknown_option_names_the_nearest(
    nearpaper: Nearpaper, arguments: list[str], said: str
) -> None:
    code, out, err = nearpaper(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert one_line(err)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["search", "x", "--after"], "Option '--after' requires an argument"),
        (["search", "x", "--json=3"], "Option '--json' does not take a value"),
        (["search", "x", "--explain=words"], "Option '--explain' does not take a value"),
    ],
)
def test_a_known_option_used_wrongly_is_not_called_unknown(
    nearpaper: Nearpaper, arguments: list[str], said: str
) -> None:
    code, out, err = nearpaper(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert one_line(err)


def test_exit_codes_of_all_errors_are_documented() -> None:
    kinds = [getattr(errors, name) for name in errors.__all__ if name.endswith("Error")]
    assert kinds
    for kind in kinds:
        assert f"{kind.exit_code} " in EXIT_CODES


def test_help_ends_with_the_exit_codes(nearpaper: Nearpaper) -> None:
    code, out, _ = nearpaper("--help")
    assert code == 0
    assert EXIT_CODES.split(";")[0] in out


@pytest.mark.parametrize("group", ["", "fetch", "keys"])
def test_a_list_of_commands_cuts_no_help_short(nearpaper: Nearpaper, group: str) -> None:
    code, out, _ = nearpaper(*group.split(), "--help")
    assert code == 0
    assert "..." not in out.replace("[ARGS]...", "")


def test_every_command_and_option_has_help() -> None:
    group: Any = typer.main.get_command(app)
    assert set(group.commands) == {
        *("index", "search", "similar", "show", "remove"),
        *("info", "check", "rebuild", "compact", "evaluate", "model", "serve"),
        *("backup", "restore", "copy", "export", "fetch", "map", "digest", "mcp", "keys"),
    }
    for command in (group, *group.commands.values()):
        assert command.help
        for parameter in command.params:
            assert parameter.help, f"{command.name}: {parameter.name}"


def test_the_answer_is_the_same_as_the_engines(nearpaper: Nearpaper, engine: Engine) -> None:
    _, out, _ = nearpaper("search", "protein folding", "--json")
    expected = engine.search("protein folding")
    assert [result["id"] for result in json.loads(out)["results"]] == [
        result.paper.id for result in expected.results
    ]


def test_clean_keeps_letters_and_drops_what_a_terminal_obeys() -> None:
    assert clean("a\x1b[31m\x9b2J\nb\u202ec\ud800\x00 é 本") == "a [31m 2J b c é 本"
