"""The command as a process: streams, pipes, signals, locales and what it costs to start."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from indexer.pipeline import add

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "api.cli"]
HEAVY = {"numpy", "faiss", "torch", "openvino", "fastapi", "uvicorn", "sentence_transformers"}


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "NEARPAPER_INDEX": str(folder),
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "80",
        **more,
    }


def run(*arguments: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def run_code(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The same of a few lines of Python."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )


def on_a_terminal(*arguments: str, folder: Path) -> str:
    """Standard output as a terminal of 80 columns would get it."""
    master, slave = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *arguments], env=environment(folder, TERM="xterm"), stdout=slave, stderr=-3
    ) as process:
        os.close(slave)
        output = b""
        while True:
            try:
                output += os.read(master, 65536)
            except OSError:  # how Linux says that the other end is closed
                break
        assert process.wait(60) == 0
    os.close(master)
    return output.decode()


def test_help_starts_without_what_only_commands_need(folder: Path) -> None:
    code = (
        "import sys\nfrom api.cli import run\ncode = run(['--help'])\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)\n"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(folder),
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {*HEAVY, "pydantic", "rich"} & set(done.stderr.split())


def test_search_and_show_start_without_torch_and_the_web(folder: Path) -> None:
    done = run("search", "speech", folder=folder, PYTHONPROFILEIMPORTTIME="1")
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert done.returncode == 0
    assert "faiss" in imported
    assert not {"torch", "sentence_transformers", "fastapi", "uvicorn"} & imported


def imported(*arguments: str, folder: Path) -> set[str]:
    """The modules that a command had imported when it was done, by their whole names."""
    code = (
        "import sys\nfrom api.cli import run\ncode = run(sys.argv[1:])\n"
        "print(*sys.modules, file=sys.stderr)\nsys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment(folder),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split())


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index that the default model embedded."""
    source, folder = tmp_path_factory.mktemp("embedded") / "papers.jsonl", "index"
    papers = ({"id": f"2401.0000{n}", "title": f"Speech {n}", "abstract": "A."} for n in range(3))
    source.write_text("".join(json.dumps(paper) + "\n" for paper in papers))
    add(source.parent / folder, [str(source)])
    return source.parent / folder


def test_a_question_imports_neither_typer_nor_pydantic_nor_what_only_exports_need(
    folder: Path,
) -> None:
    for command in (["search", "speech", "--limit", "3"], ["show", "2402.00001"]):
        modules = imported(*command, folder=folder)
        assert "faiss" in modules or command[0] == "show"
        assert not {"typer", "pydantic", "rich", "api.exports.bibtex", "html.parser"} & modules


def test_a_question_by_words_loads_no_model(embedded: Path) -> None:
    modules = imported("search", "speech", "--mode", "lexical", folder=embedded)
    assert not {"openvino", "tokenizers", "torch"} & modules
    # The same index by meaning does, without what converts models.
    modules = imported("search", "speech", folder=embedded)
    assert {"openvino", "tokenizers"} <= modules
    assert not {"openvino.tools.ovc", "torch", "transformers", "typer"} & modules


def test_a_closed_pipe_is_silent(folder: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "search", "speech", "--mode", "lexical"],
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_under_the_output_is_one_line(folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "search", "speech", "--mode", "lexical"],
            env=environment(folder),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "disk is full" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_is_valid_in_every_locale(folder: Path, encoding: str) -> None:
    done = subprocess.run(
        [*COMMAND, "search", "speech", "--limit", "1"],
        env=environment(folder, PYTHONIOENCODING=encoding),
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout.decode(encoding))["authors"][1] == "Zoë Shared"


def test_results_on_a_terminal_fit_and_obey_nothing(folder: Path) -> None:
    screen = on_a_terminal("search", "hostile markup in titles", "--limit", "3", folder=folder)
    assert "[bold]markup[/bold]" in screen
    assert "<script>alert(1)</script>" in screen
    assert "2501.00099" in screen
    assert "\x1b[31m" not in screen
    assert "\x9b" not in screen
    plain = "".join(part.partition("m")[2] or part for part in screen.split("\x1b["))
    assert max(map(len, plain.splitlines())) <= 80


def test_one_paper_on_a_terminal(folder: Path) -> None:
    screen = on_a_terminal("show", "2402.00001", folder=folder)
    assert "On graph kernels, part 1" in screen
    assert "Zoë Shared" in screen


@pytest.mark.slow
@pytest.mark.parametrize(("closed", "code"), [(">&-", 0), ("2>&-", 3), (">&- 2>&-", 3)])
def test_closed_streams_change_no_exit_code(folder: Path, closed: str, code: int) -> None:
    id = "2402.00001" if code == 0 else "2499.99999"
    done = subprocess.run(
        ["sh", "-c", f'"$0" -m api.cli show {id} {closed}', sys.executable],
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")


def test_a_fault_of_ours_is_one_line_too(folder: Path) -> None:
    code = (
        "import sys\nfrom api import cli\n"
        "def fail(arguments): raise RuntimeError('two\\nlines')\n"
        "cli.run = fail\ncli.main()"
    )
    done = run_code(code, folder)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "RuntimeError: two lines" in done.stderr


def test_a_command_ends_before_its_libraries_are_taken_apart(folder: Path) -> None:
    # What was registered runs; what Python would tear down after that stays as it is.
    code = (
        "import atexit, os\nfrom api import cli\n"
        "class Native:\n    def __del__(self): os.write(2, b'torn down')\n"
        "native = Native()\n"
        "def work(arguments):\n"
        "    atexit.register(os.write, 2, b'cleaned up')\n"
        "    print('answer')\n"
        "    return 4\n"
        "cli.run = work\ncli.main()"
    )
    done = run_code(code, folder)
    assert (done.returncode, done.stdout, done.stderr) == (4, "answer\n", "cleaned up")


def test_debugging_shows_where(folder: Path) -> None:
    done = run("show", "2499.99999", folder=folder, NEARPAPER_DEBUG="1")
    assert "Traceback" in done.stderr
    assert "Traceback" not in run("show", "2499.99999", folder=folder).stderr


def test_interrupted_indexing_keeps_what_is_in_and_says_so(tmp_path: Path) -> None:
    index = tmp_path / "index"
    with subprocess.Popen(
        [*COMMAND, "index", "-", "--format", "jsonl", "--model", "hashing"],
        env=environment(index),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        for number in range(5000):
            paper = {"id": f"2401.{number:05}", "title": f"Paper number {number}", "abstract": "A."}
            process.stdin.write(json.dumps(paper) + "\n")
        process.stdin.flush()
        # By now all but the pipe's 64 kB are read; let the rest of it be read, too.
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        err = process.stderr.read()
    assert err.count("\n") == 1
    assert "stopped" in err
    assert "added" in err
    assert run("check", folder=index).returncode == 0
