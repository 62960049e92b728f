"""What the pages speak of exists, and all that exists is spoken of; `test_docs.py` runs it."""

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
"""All but the page that the program writes itself."""
COMMAND = typer.main.get_command(app)


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def called(page: Path) -> str:
    return page.name


def test_make_targets_of_the_readme_exist() -> None:
    targets = re.findall(r"^make (\w+)", text_of(README), re.MULTILINE)
    assert targets == ["demo", "test"]
    for target in targets:
        subprocess.run(["make", "-n", target], cwd=ROOT, check=True, capture_output=True)


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
    """Every long option of every command, and of the commands that hold them."""
    parameters = [one for command in parts(COMMAND) for one in command.params]
    return {name for one in parameters for name in one.opts if name.startswith("--")}


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
    elsewhere = r"^(\$ )?(curl|gzip|pip|HF_ENDPOINT=\S+) (.*\\\n)*.*$"
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


@pytest.mark.parametrize("page", PAGES, ids=called)
def test_links_lead_somewhere(page: Path) -> None:
    for target, heading in re.findall(r"\]\((?!http)([^)#]*)#?([^)]*)\)", text_of(page)):
        file = page.parent / target if target else page
        assert file.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.+)$", text_of(file), re.MULTILINE)
            assert heading in [re.sub(r"\s", "-", title.lower()) for title in headings], heading
