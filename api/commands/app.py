"""All commands put together: each is one call into ``indexer`` or ``search``.

What a command needs is imported inside it, so that ``--help`` starts at once. A command returns
its exit code, ``None`` for 0; :mod:`api.cli` turns errors into theirs.
"""

from __future__ import annotations

from typing import Annotated

import typer

from api.commands import maintenance as upkeep
from api.commands import search as searching
from api.commands.digest import digest
from api.commands.evaluate import evaluate
from api.commands.exit_codes import EXIT_CODES
from api.commands.fetch import fetch
from api.commands.keys import keys
from api.commands.map import draw_map
from api.commands.model import model
from api.commands.serve import mcp, serve

app = typer.Typer(
    help="Semantic search over research papers: ask in plain words, or give a paper and find "
    "similar ones.",
    epilog=EXIT_CODES,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from indexer.version import version

        typer.echo(f"nearpaper {version()}")
        raise typer.Exit


@app.callback()
def nearpaper(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Take the options in front of a command."""


for _command in (
    *(upkeep.index, searching.search, searching.similar, searching.show),
    *(upkeep.remove, upkeep.info, upkeep.check, upkeep.rebuild, upkeep.compact),
    *(upkeep.backup, upkeep.restore, upkeep.copy, upkeep.export),
    *(model, evaluate, digest, serve, mcp),
):
    app.command()(_command)
app.command("map")(draw_map)
app.add_typer(fetch)
app.add_typer(keys)
