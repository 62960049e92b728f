"""Lays everything under one name in the wheel, where nobody's own ``search.py`` is in the way.

In a checkout ``indexer``, ``search`` and ``api`` are top-level packages and import each other by
these names. In the wheel they stand in ``nearpaper/``, which ``pyproject.toml`` sees to, and their
imports say so, which this hook sees to. What it can't rewrite for sure fails the build: an import
in an unusual form, or a string that names a module and would name none in the wheel.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.builders.wheel import WheelBuilderConfig

NAME = "nearpaper"
ROOMS = frozenset({"indexer", "search", "api"})
SHIPPED = ("data/README.md", "data/papers.jsonl", "data/questions")
"""What is there to try it with; a folder with its files."""
MAIN = f'''"""The command, as ``python -m {NAME}``."""

from {NAME} import main

if __name__ == "__main__":
    main()
'''
_ROOM = "|".join(sorted(ROOMS))
_DOTTED = re.compile(rf"(?<![\w./])(?:{_ROOM})\.[A-Za-z_]\w*")
_IMPORTING = re.compile(rf"\bfrom\s+(?:{_ROOM})\b[\w.]*\s+import\b")
_BY_NAME = frozenset({"__import__", "find_spec", "files", "import_module", "run_module"})
"""Functions that take a module's name as a string."""

Edit = tuple[int, int, int, bytes]
"""Line from 0, first and last byte in it, and what comes in their place."""


class UnclearError(ValueError):
    """A source can't be rewritten for sure."""


class OneName(BuildHookInterface[WheelBuilderConfig]):
    """Puts the rewritten sources in the place of those that are selected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the sources of the wheel; an editable install takes the checkout as it is."""
        if version == "editable":
            return
        # Goes away with the hook.
        self._made = TemporaryDirectory(prefix="nearpaper-wheel-")
        selected = list(self.build_config.builder.recurse_selected_project_files())
        sources = {file.relative_path: file for file in selected if file.path.endswith(".py")}
        modules = modules_of(sources)
        root = Path(self.root)
        made = {
            file.distribution_path: rewritten((root / path).read_bytes(), path, modules)
            for path, file in sources.items()
        }
        front = f"{NAME}.py"
        made[f"{NAME}/__init__.py"] = rewritten((root / front).read_bytes(), front, modules)
        made[f"{NAME}/__main__.py"] = MAIN.encode()
        made[f"{NAME}/py.typed"] = b""
        made |= {f"{NAME}/{path}": (root / path).read_bytes() for path in shipped(root)}
        for target, text in made.items():
            path = Path(self._made.name, target)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
            build_data["force_include"][str(path)] = target


def shipped(root: Path) -> list[str]:
    """The files of :data:`SHIPPED`, as paths below a checkout."""
    found = [path for one in SHIPPED for path in (root / one, *(root / one).glob("*"))]
    return [path.relative_to(root).as_posix() for path in found if not path.is_dir()]


def modules_of(paths: Iterable[str]) -> frozenset[str]:
    """The dotted names of sources, packages among them."""
    parts = (Path(path).with_suffix("").parts for path in paths)
    return frozenset(".".join(part for part in one if part != "__init__") for one in parts)


def rewritten(source: bytes, path: str, modules: frozenset[str]) -> bytes:
    """A source with its imports as they are in the wheel; line numbers stay.

    Args:
        source: As it stands in the checkout.
        path: Where, for the message.
        modules: Dotted names of all modules of the checkout.

    Raises:
        UnclearError: It holds what can't be rewritten for sure.
    """
    tree = ast.parse(source)
    lines = source.splitlines(keepends=True)
    try:
        _refuse_names_in_strings(tree, modules)
        edits = [edit for node in ast.walk(tree) for edit in _edits(node, lines)]
    except UnclearError as error:
        raise UnclearError(f"{path}:{error}") from None
    for number, start, end, text in sorted(edits, reverse=True):
        line = lines[number]
        lines[number] = line[:start] + text + line[end:]
    return b"".join(lines)


def _edits(node: ast.AST, lines: list[bytes]) -> Iterator[Edit]:
    if isinstance(node, ast.ImportFrom) and not node.level and _in_a_room(node.module or ""):
        yield _edit(node, lines, b"from", f"from {NAME}.")
    elif isinstance(node, ast.Import) and any(_in_a_room(alias.name) for alias in node.names):
        (alias, *more) = node.names
        if more:
            raise UnclearError(f"{node.lineno}: import one module in a statement")
        if alias.name in ROOMS:
            yield _edit(node, lines, b"import", f"from {NAME} import ")
        elif alias.asname:
            yield _edit(node, lines, b"import", f"import {NAME}.")
        else:
            raise UnclearError(f"{node.lineno}: write `from {alias.name} import ...` instead")


def _edit(node: ast.stmt, lines: list[bytes], word: bytes, now: str) -> Edit:
    number = node.lineno - 1
    found = re.compile(rb"%b[ \t]+(?=(?:%b)\b)" % (word, _ROOM.encode())).match(
        lines[number], node.col_offset
    )
    if not found:
        raise UnclearError(f"{node.lineno}: write the import in one line and with plain spaces")
    return number, found.start(), found.end(), now.encode()


def _in_a_room(module: str) -> bool:
    return module.partition(".")[0] in ROOMS


def _refuse_names_in_strings(tree: ast.AST, modules: frozenset[str]) -> None:
    """Fail where a string names a module of the checkout; docstrings may."""
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in _BY_NAME:
            for given in node.args:
                if isinstance(given, ast.Constant) and given.value in ROOMS:
                    raise UnclearError(_named(given, given.value))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            dotted = (name for name in _DOTTED.findall(node.value) if name in modules)
            if name := next(dotted, None) or _IMPORTING.search(node.value):
                raise UnclearError(_named(node, name if isinstance(name, str) else name[0]))


def _called(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _named(node: ast.Constant, name: object) -> str:
    return f"{node.lineno}: the string {name!r} names no module in a wheel; use __name__"
