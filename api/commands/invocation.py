"""A command line carried out by Typer: parsed, called, and what is wrong with it said."""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from typing import Any

import typer

from api.commands.app import app
from api.terminal.streams import say
from search.option_names import nearest


def invoke(arguments: Sequence[str]) -> int:
    """Let Typer parse and call, without its own way of ending a process; the exit code.

    What the command raises passes through.
    """
    gc.enable()  # some commands run for days
    command = typer.main.get_command(app)
    try:
        with command.make_context("nearpaper", list(arguments)) as context:
            code = command.invoke(context)
    except typer.Exit as exit_:
        return exit_.exit_code
    except typer.TyperException as error:
        if os.environ.get("NEARPAPER_DEBUG"):
            raise
        say(_usage_problem(error))
        return error.exit_code
    return code if isinstance(code, int) else 0


def _usage_problem(error: typer.TyperException) -> str:
    """What is wrong with a command line, and what to do."""
    context = getattr(error, "ctx", None)
    problem = error.format_message().rstrip(".").replace("Value error, ", "")
    # An option that is there, but without its value, has a name too, and no possibilities.
    if hasattr(error, "possibilities") and (name := getattr(error, "option_name", None)):
        problem = f"no option {name}"
        if near := _nearest_option(name, context):
            return f"{problem}; did you mean {near}?"
    elif problem.startswith("Got unexpected extra argument"):
        problem += "; put text with spaces in quotes"
    return f"{problem}; see `{context.command_path if context else 'nearpaper'} --help`"


def _nearest_option(name: str, context: Any) -> str:  # noqa: ANN401 - Typer's own, not public
    """The option of a command that somebody means by another, empty where none is like it."""
    params = context.command.params if context else []
    options = [one for param in params if not getattr(param, "hidden", False) for one in param.opts]
    known = {one.lstrip("-").replace("-", "_"): one for one in options if one.startswith("--")}
    near = nearest(name.lstrip("-").replace("-", "_").lower(), known)
    return known[near] if near else ""
