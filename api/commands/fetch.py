"""The commands that harvest archives into an index."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.exit_codes import INTERRUPTED, NOTHING_NEW
from api.commands.options import chosen_folder
from api.commands.shared_options import Harvesting, choosing
from api.terminal import output as terminal

if TYPE_CHECKING:
    from indexer.fetch.archive import Archive

fetch = typer.Typer(
    name="fetch",
    help="Fetch papers from an archive into the index, page by page; the same command goes on "
    "where it was stopped.",
    add_completion=False,
    pretty_exceptions_enable=False,
)


@fetch.command()
@choosing
def arxiv(
    set: Annotated[
        str,
        typer.Option(
            "--set",
            metavar="SET",
            help="All of a set, such as cs or physics:hep-th, with new versions and withdrawals.",
            show_default=False,
        ),
    ] = "",
    query: Annotated[
        str,
        typer.Option(
            "--query",
            metavar="QUERY",
            help="Instead of a set: what matches this query in arXiv's syntax, such as "
            "'cat:cs.CL AND abs:grokking', by day of submission.",
            show_default=False,
        ),
    ] = "",
    *,
    common: Harvesting,
) -> int:
    """Fetch from arXiv: a set, or what matches a query."""
    from indexer.errors import UsageError
    from indexer.fetch.arxiv_oai import ArxivSet
    from indexer.fetch.arxiv_query import ArxivQuery

    if bool(set) == bool(query):
        raise UsageError("say what to fetch, by --set or by --query")
    if set and not (common.start or common.since_last):
        raise UsageError("say from which day on with --from, or --since-last")
    archive: Archive = ArxivSet(set, **_at(common)) if set else ArxivQuery(query, **_at(common))
    return _harvest(archive, common)


@fetch.command()
@choosing
def huggingface(common: Harvesting) -> int:
    """Fetch Hugging Face's daily papers, day by day."""
    from indexer.errors import UsageError
    from indexer.fetch.huggingface import HuggingFace

    if not (common.start or common.since_last):
        raise UsageError("say from which day on with --from, or --since-last")
    archive = HuggingFace(**_at(common))
    return _harvest(archive, common)


@fetch.command()
@choosing
def openalex(
    query: Annotated[
        str,
        typer.Option(
            "--query", metavar="QUERY", help="Works that hold these words.", show_default=False
        ),
    ] = "",
    filter: Annotated[
        str,
        typer.Option(
            "--filter",
            metavar="FILTER",
            help="Works that pass this filter in OpenAlex's syntax, such as "
            "'primary_topic.field.id:17,is_oa:true'.",
            show_default=False,
        ),
    ] = "",
    mailto: Annotated[
        str,
        typer.Option(
            "--mailto",
            metavar="EMAIL",
            help="An address at which OpenAlex can reach you.",
            show_default=False,
        ),
    ] = "",
    *,
    common: Harvesting,
) -> int:
    """Fetch works from OpenAlex, by day of publication; its key is read from $OPENALEX_API_KEY."""
    from indexer.errors import UsageError
    from indexer.fetch.openalex import OpenAlex

    if not (query or filter):
        raise UsageError("say what to fetch, by --query or --filter")
    # From the environment alone: arguments can be seen by everybody on the machine.
    key = os.environ.get("OPENALEX_API_KEY", "")
    archive = OpenAlex(query, filter, mailto, key, **_at(common))
    return _harvest(archive, common)


def _at(common: Harvesting) -> dict[str, str]:
    return {"url": common.base_url} if common.base_url else {}


def _harvest(archive: Archive, given: Harvesting) -> int:
    """What the commands have in common."""
    from api.terminal.progress_bar import HarvestBar, summary
    from indexer.fetch.harvest import harvest

    start, end = _day(given.start, "--from"), _day(given.end, "--to")
    _require_order(start, end, given.since_last)
    with HarvestBar() as bar:
        tally = harvest(
            chosen_folder(given.index),
            archive,
            start=start,
            end=end,
            since_last=given.since_last,
            model=given.model,
            keep_duplicates=given.keep_doubles,
            delay=given.delay,
            listener=bar,
        )
    terminal.say(summary(tally))
    if tally.interrupted:
        return INTERRUPTED
    return NOTHING_NEW if given.exit_code and not tally.changed else 0


def _day(text: str, option: str) -> str:
    """A whole day, as archives want it."""
    from indexer.errors import UsageError

    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise UsageError(f"{option} {text}: not a day; write it like 2024-12-17") from None


def _require_order(start: str, end: str, since_last: bool) -> None:
    from indexer.errors import UsageError

    if end and since_last:
        raise UsageError("--since-last asks for all up to now; leave --to out")
    if start and end and start > end:
        raise UsageError(f"--from {start} is later than --to {end}")
