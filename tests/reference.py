"""The reference of commands and of the HTTP API, written down by the program itself.

``make reference`` writes the files; ``test_reference.py`` fails where they are out of date.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = ROOT / "docs" / "commands.md"
OPENAPI = ROOT / "docs" / "openapi.json"
OPENAPI_ADMIN = ROOT / "docs" / "openapi-admin.json"
_HEAD = """# Commands

What `--help` says of every command, written by `make reference`; the other pages explain it.
"""


def commands_page() -> str:
    """Every command with its arguments and options."""
    from api.commands.app import app

    return "\n".join([_HEAD, *_command(typer.main.get_command(app), "nearpaper")])


def openapi_document() -> str:
    """The description of the HTTP API as the service gives it at ``/openapi.json``."""
    from api.http.app import create_app

    return _json(create_app().openapi())


def openapi_of_changes() -> str:
    """What that of a service with ``--writable`` has besides: the routes for changes."""
    from api.admin.changes import Changes
    from api.http.app import create_app

    changes = Changes(ROOT, ROOT / "audit.jsonl")  # which touches neither
    described = create_app(changes=changes).openapi()
    plain = create_app().openapi()["paths"]
    described["paths"] = {k: v for k, v in described["paths"].items() if k not in plain}
    schemas = described["components"]["schemas"]
    described["components"]["schemas"] = {
        name: schemas[name] for name in sorted(_named(described["paths"], schemas))
    }
    return _json(described)


def _named(part: object, schemas: dict[str, Any]) -> set[str]:
    """The schemas that a part of a description names, and those that these name."""
    new = set(re.findall(r"#/components/schemas/([\w.-]+)", json.dumps(part)))
    return new.union(*(_named(schemas[name], schemas) for name in new))


def _json(document: object) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _command(command: Any, name: str) -> Iterator[str]:
    """A section for a command, or one for each of those that it holds."""
    if held := getattr(command, "commands", None):
        yield from _section(command, name, level=2)
        for inner, held_command in sorted(held.items()):
            yield from _command(held_command, f"{name} {inner}")
    else:
        yield from _section(command, name, level=3 if name.count(" ") > 1 else 2)


def _section(command: Any, name: str, *, level: int) -> list[str]:
    context = typer.Context(command, info_name=name)
    records = [one.get_help_record(context) for one in command.params]
    lines = [f"{'#' * level} {name}", "", " ".join(command.help.split()), ""]
    for said in filter(None, records):
        term, text = (" ".join(part.split()) for part in said)
        # Typer names the type of an argument behind it, which says nothing.
        term = re.sub(r"^([A-Z.]+) <[^|]+>$", r"\1", term)
        lines.append(f"- `{term}`: {text}")
    return [*lines, ""] if lines[-1] else lines


def main() -> None:
    """Write all of it."""
    COMMANDS.write_text(commands_page(), encoding="utf-8")
    OPENAPI.write_text(openapi_document(), encoding="utf-8")
    OPENAPI_ADMIN.write_text(openapi_of_changes(), encoding="utf-8")
    sys.stdout.write(f"{COMMANDS}\n{OPENAPI}\n{OPENAPI_ADMIN}\n")


if __name__ == "__main__":
    main()
