"""The pages name only what exists, and leave nothing out; `test_docs.py` runs their examples."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer

from api.commands.app import app
from api.http.app import create_app

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
EXPLAINING = [page for page in PAGES if page.name != "commands.md"]
"""All but the generated page."""
LINKING = [
    *PAGES,
    *(
        ROOT / name
        for name in ("CHANGELOG.md", "CONTRIBUTING.md", "data/README.md", "deploy/README.md")
    ),
]
COMMAND = typer.main.get_command(app)


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def called(page: Path) -> str:
    return page.name


def test_the_readme_stays_within_a_screen() -> None:
    """Apart from what it shows: pitch, example, quick start and screenshot."""
    _pitch, quick_start, *rest = re.split(r"(?m)^(?=## )", text_of(README))
    assert quick_start.startswith("## Quick start\n")
    assert "docs/page.png" in quick_start
    assert sum(len(section.splitlines()) for section in rest) <= 60
    assert len(text_of(README).splitlines()) <= 120


def test_make_targets_of_the_readme_exist() -> None:
    targets = re.findall(r"^make (\w+)", text_of(README), re.MULTILINE)
    assert targets == ["demo", "test"]
    for target in targets:
        subprocess.run(["make", "-n", target], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.slow
def test_make_demo_answers(tmp_path: Path) -> None:
    if not (ROOT / ".venv" / "installed").exists():
        pytest.skip("not run through `make test`, so .venv may not be what make installs")
    environment = {name: value for name, value in os.environ.items() if name != "NEARPAPER_INDEX"}
    done = subprocess.run(
        ["make", "demo", f"DEMO_INDEX={tmp_path / 'index'}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Attention Is All You Need" in done.stdout
    assert "nearpaper serve" in done.stdout


def commands() -> dict[str, Any]:
    return dict(getattr(COMMAND, "commands"))  # noqa: B009 - which mypy doesn't know of


def parts(command: Any) -> list[Any]:
    """A command and those that it holds."""
    held = getattr(command, "commands", {})
    return [command, *(part for one in held.values() for part in parts(one))]


def options() -> set[str]:
    """Every long option of every command and group that ``--help`` lists."""
    parameters = [one for command in parts(COMMAND) for one in command.params]
    listed = [one for one in parameters if not getattr(one, "hidden", False)]
    return {name for one in listed for name in one.opts if name.startswith("--")}


def test_serve_listens_where_the_readme_says() -> None:
    defaults = {one.name: one.default for one in commands()["serve"].params}
    address = f"http://{defaults['host']}:{defaults['port']}"
    assert f"<{address}>" in text_of(README)


def test_every_command_and_option_is_explained() -> None:
    pages = "\n".join(map(text_of, EXPLAINING))
    assert len(commands()) >= 11
    for name in commands():
        assert re.search(rf"(nearpaper |`){name}\b", pages), name
    for name in commands()["fetch"].commands:
        assert f"nearpaper fetch {name}" in pages, name
    for option in options():
        assert re.search(rf"{option}(?![\w-])", pages), option


@pytest.mark.parametrize("page", PAGES, ids=called)
def test_no_option_is_made_up(page: Path) -> None:
    elsewhere = r"^(\$ )?(curl|gzip|(uv )?pip|HF_ENDPOINT=\S+) (.*\\\n)*.*$"
    text = re.sub(elsewhere, "", text_of(page), flags=re.MULTILINE)
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))
    assert named <= options() | {"--help"}


def test_every_route_and_parameter_is_explained() -> None:
    page = text_of(ROOT / "docs" / "http.md") + text_of(ROOT / "docs" / "clients.md")
    paths = create_app().openapi()["paths"]
    for path, methods in paths.items():
        assert f"`{path}`" in page, path
        for method in methods.values():
            for parameter in method.get("parameters", []):
                assert f"`{parameter['name']}`" in page or f"{{{parameter['name']}}}" in page


@pytest.mark.parametrize("page", LINKING, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target, heading in re.findall(r"\]\((?!http)([^)#]*)#?([^)]*)\)", text_of(page)):
        file = page.parent / target if target else page
        assert file.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.+)$", text_of(file), re.MULTILINE)
            assert heading in [re.sub(r"\s", "-", title.lower()) for title in headings], heading


ARCHITECTURE = ROOT / "docs" / "architecture.md"


def test_architecture_shows_the_tree_as_it_is() -> None:
    """Every folder of the three rooms is in the drawing, at its place; nothing else is."""
    drawn = set(drawn_tree())
    rooms = [ROOT / room for room in ("indexer", "search", "api")]
    files = [file for room in rooms for file in room.rglob("*") if file.is_file()]
    folders = {folder for file in files for folder in file.relative_to(ROOT).parents}
    there = {f"{one}/" for one in folders if one.name and not one.name.startswith("__")}
    assert {name for name in drawn if name.endswith("/")} == there
    assert not [name for name in drawn if not (ROOT / name).exists()]


def drawn_tree() -> list[str]:
    """The paths in the drawing of the tree, folders with a slash at the end."""
    section = text_of(ARCHITECTURE).partition("## The tree")[2]
    drawing = section.partition("```text\n")[2].partition("```")[0]
    parents: list[str] = []
    paths = []
    for indent, name in re.findall(r"^( *)([\w.]+/?)", drawing, re.MULTILINE):
        del parents[len(indent) // 2 :]
        paths.append("".join([*parents, name]))
        parents.append(name)
    return paths


def test_architecture_names_files_that_exist() -> None:
    paths = re.findall(r"`((?:indexer|search|api|tests)/[\w./]*)`", text_of(ARCHITECTURE))
    assert len(paths) >= 15
    assert not [path for path in paths if not (ROOT / path).exists()]
