"""The commands: each is one call into ``indexer`` or ``search``, and its answer.

What a command needs is imported inside it, so that ``--help`` starts at once. A command returns
its exit code, ``None`` for 0; :mod:`api.cli` turns errors into theirs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api import options, terminal

EXIT_CODES = (
    "Exit codes: 0 done; 1 something failed; 2 bad usage; 3 the index or a paper is not there; "
    "130 stopped by Ctrl-C."
)
INTERRUPTED = 130
NOT_THERE = 3

app = typer.Typer(
    help="Semantic search over research papers: ask in plain words, or give a paper and get its "
    "neighbours.",
    epilog=EXIT_CODES,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from api.version import version

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
    """Take the options that stand before a command."""


@app.command()
def index(
    source: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="Files of papers; - is standard input."),
    ],
    index: options.IndexFolder = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="NAME", help="Format of the sources; else guessed from content."
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Sentence-transformers model of a new index, by name or path.",
            show_default="all-MiniLM-L6-v2",
        ),
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where to write the records that are no papers, each with its reason.",
            show_default=False,
        ),
    ] = None,
) -> int:
    """Add papers to the index, and update those that it holds."""
    from api.progress import ProgressBar, summary
    from indexer.pipeline import add

    with ProgressBar() as bar:
        tally = add(
            _folder(index), source, format=format, model=model, rejects=rejects, listener=bar
        )
    terminal.say(summary(tally))
    return INTERRUPTED if tally.interrupted else 0


@app.command()
def search(
    question: options.Question,
    index: options.IndexFolder = None,
    limit: options.Limit = 10,
    offset: options.Offset = 0,
    after: options.After = "",
    before: options.Before = "",
    category: options.Category = None,
    author: options.Author = None,
    venue: options.Venue = None,
    sort: options.Order = "relevance",
    json: options.Json = False,
    table: options.Table = False,
) -> None:
    """Find the papers nearest to a question in plain words."""
    from api.selection import selection
    from search.engine import Engine

    chosen = selection(
        after=after,
        before=before,
        categories=category,
        authors=author,
        venues=venue,
        sort=sort,
        limit=limit,
        offset=offset,
    )
    with Engine.open(index) as engine:
        terminal.show_answer(engine.search(question, **chosen), as_json=json, as_table=table)


@app.command()
def similar(
    id: options.Ids,
    index: options.IndexFolder = None,
    limit: options.Limit = 10,
    offset: options.Offset = 0,
    after: options.After = "",
    before: options.Before = "",
    category: options.Category = None,
    author: options.Author = None,
    venue: options.Venue = None,
    sort: options.Order = "relevance",
    json: options.Json = False,
    table: options.Table = False,
) -> None:
    """Find the neighbours of one or more papers of the index."""
    from api.selection import selection
    from search.engine import Engine

    chosen = selection(
        after=after,
        before=before,
        categories=category,
        authors=author,
        venues=venue,
        sort=sort,
        limit=limit,
        offset=offset,
    )
    with Engine.open(index) as engine:
        terminal.show_answer(engine.similar(id, **chosen), as_json=json, as_table=table)


@app.command()
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="Id of a paper, however it is written.")],
    index: options.IndexFolder = None,
    json: options.Json = False,
) -> None:
    """Print one paper, whole."""
    from search.engine import Engine

    with Engine.open(index) as engine:
        terminal.show_paper(engine.paper(id), as_json=json)


@app.command()
def remove(id: options.Ids, index: options.IndexFolder = None) -> int:
    """Take papers out of the index."""
    from indexer import maintenance

    removal = maintenance.remove(_folder(index), id)
    terminal.say(f"{len(removal.removed):,} removed: {', '.join(removal.removed) or 'none'}")
    if removal.unknown:
        terminal.say(f"not in the index: {', '.join(removal.unknown)}; see `nearpaper search`")
    return NOT_THERE if removal.unknown else 0


@app.command()
def info(index: options.IndexFolder = None, json: options.Json = False) -> None:
    """Print what the index was made with, what it holds and what it takes up."""
    from indexer import maintenance

    terminal.show_record(maintenance.info(_folder(index)), as_json=json)


@app.command()
def check(index: options.IndexFolder = None) -> int:
    """Compare every part of the index with what was written; exit 0 when it is clean."""
    from indexer import maintenance

    findings = maintenance.check(_folder(index))
    terminal.show_findings(findings)
    return 1 if findings else 0


@app.command()
def rebuild(index: options.IndexFolder = None) -> None:
    """Make the derived parts of the index anew from its catalog, without the model."""
    from indexer import maintenance

    terminal.say(f"rebuilt; the index is at generation {maintenance.rebuild(_folder(index))}")


@app.command()
def compact(index: options.IndexFolder = None) -> None:
    """Fold what was added into the main files, and drop what was removed."""
    from indexer import maintenance

    terminal.say(f"compacted; the index is at generation {maintenance.compact(_folder(index))}")


@app.command()
def serve(
    index: options.IndexFolder = None,
    host: Annotated[
        str, typer.Option(metavar="HOST", help="Address to listen on; the default is this machine.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(metavar="PORT", min=0, max=65535, help="Port; 0 takes any free one.")
    ] = 8000,
) -> None:
    """Answer over HTTP, with a search page at / and the API explained at /docs."""
    from api.server import serve as run_server

    run_server(index, host=host, port=port)


def _folder(named: Path | None) -> Path:
    from indexer.location import default_folder

    return named or default_folder()
