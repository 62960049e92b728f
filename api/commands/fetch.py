"""The commands that harvest archives into an index."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.exit_codes import INTERRUPTED, NOTHING_NEW
from api.commands.shared_options import HarvestOptions, with_shared_options
from api.terminal.streams import say

if TYPE_CHECKING:
    from indexer.fetch.archive import Archive

fetch = typer.Typer(
    name="fetch",
    help="Fetch papers from an archive into the index. If it stops, run the same command again to "
    "resume.",
    add_completion=False,
    pretty_exceptions_enable=False,
)


@fetch.command()
@with_shared_options
def arxiv(
    set: Annotated[
        str,
        typer.Option(
            "--set",
            metavar="SET",
            help="A whole set, such as cs or physics:hep-th, with new versions and withdrawals.",
            show_default=False,
        ),
    ] = "",
    query: Annotated[
        str,
        typer.Option(
            "--query",
            metavar="QUERY",
            help="Instead of a set: papers that match a query in arXiv's syntax, such as "
            "'cat:cs.CL AND abs:grokking', by day of submission.",
            show_default=False,
        ),
    ] = "",
    *,
    common: HarvestOptions,
) -> int:
    """Fetch from arXiv: a set, or the papers that match a query."""
    from indexer.errors import UsageError
    from indexer.fetch.arxiv_oai import ArxivSet
    from indexer.fetch.arxiv_query import ArxivQuery

    if bool(set) == bool(query):
        raise UsageError("nothing to fetch; give --set or --query, not both")
    if set and not (common.start or common.since_last):
        raise UsageError("no start day; give --from or --since-last")
    archive: Archive = ArxivSet(set, **_at(common)) if set else ArxivQuery(query, **_at(common))
    return _harvest(archive, common)


@fetch.command()
@with_shared_options
def huggingface(common: HarvestOptions) -> int:
    """Fetch Hugging Face's daily papers, day by day."""
    from indexer.errors import UsageError
    from indexer.fetch.huggingface import HuggingFace

    if not (common.start or common.since_last):
        raise UsageError("no start day; give --from or --since-last")
    archive = HuggingFace(**_at(common))
    return _harvest(archive, common)


@fetch.command()
@with_shared_options
def openalex(
    query: Annotated[
        str,
        typer.Option(
            "--query", metavar="QUERY", help="Works that contain these words.", show_default=False
        ),
    ] = "",
    filter: Annotated[
        str,
        typer.Option(
            "--filter",
            metavar="FILTER",
            help="Works that match a filter in OpenAlex's syntax, such as "
            "'primary_topic.field.id:17,is_oa:true'.",
            show_default=False,
        ),
    ] = "",
    mailto: Annotated[
        str,
        typer.Option(
            "--mailto",
            metavar="EMAIL",
            help="An e-mail address at which OpenAlex can reach you.",
            show_default=False,
        ),
    ] = "",
    *,
    common: HarvestOptions,
) -> int:
    """Fetch works from OpenAlex, by day of publication.

    $OPENALEX_API_KEY holds the API key.
    """
    from indexer.errors import UsageError
    from indexer.fetch.openalex import OpenAlex

    if not (query or filter):
        raise UsageError("nothing to fetch; give --query or --filter")
    # From the environment alone: arguments can be seen by everybody on the machine.
    key = os.environ.get("OPENALEX_API_KEY", "")
    archive = OpenAlex(query, filter, mailto, key, **_at(common))
    return _harvest(archive, common)


def _at(common: HarvestOptions) -> dict[str, str]:
    return {"url": common.base_url} if common.base_url else {}


def _harvest(archive: Archive, given: HarvestOptions) -> int:
    """Fetch, show the progress, sum up; the exit code."""
    from api.terminal.progress_bar import HarvestBar, summary
    from indexer.fetch.harvest import harvest

    start, end = _day(given.start, "--from"), _day(given.end, "--to")
    _require_order(start, end, given.since_last)
    with HarvestBar() as bar:
        tally = harvest(
            given.location,
            archive,
            start=start,
            end=end,
            since_last=given.since_last,
            model=given.model,
            keep_duplicates=given.keep_duplicates or given.keep_doubles,
            ray=given.on_ray,
            delay=given.delay,
            listener=bar,
        )
    say(summary(tally))
    if tally.interrupted:
        return INTERRUPTED
    return NOTHING_NEW if given.exit_code and not tally.changed else 0


def _day(text: str, option: str) -> str:
    """A whole day, as archives want it."""
    from indexer.errors import UsageError

    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise UsageError(f"{option} {text}: not a day; write YYYY-MM-DD") from None


def _require_order(start: str, end: str, since_last: bool) -> None:
    from indexer.errors import UsageError

    if end and since_last:
        raise UsageError("--since-last fetches everything up to now; leave out --to")
    if start and end and start > end:
        raise UsageError(f"--from {start} is later than --to {end}")
