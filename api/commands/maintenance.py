"""The commands that change an index or look after it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands import options
from api.commands.exit_codes import INTERRUPTED, NOT_THERE, NOTHING_READ
from api.commands.options import chosen_location, chosen_model, chosen_ray
from api.terminal.output import show_findings, show_record
from api.terminal.streams import say
from api.wording import clean, counted
from indexer.models.precision import Precision

if TYPE_CHECKING:
    from indexer.location import Place
    from indexer.maintenance.backup import Copied


def index(
    source: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="Files of papers; - for standard input."),
    ],
    index: options.IndexLocation = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help="Format of the files; detected by default.",
        ),
    ] = None,
    model: options.Model = None,
    dimensions: options.Dimensions = None,
    query_prompt: options.QueryPrompt = None,
    document_prompt: options.DocumentPrompt = None,
    precision: Annotated[
        Precision | None,
        typer.Option(
            help="Precision of a new index's model: int8 is faster, is calibrated on the papers "
            "and needs nearpaper[int8]; auto is the fastest here whose vectors are those of f32 "
            "(cosine 0.999).",
            show_default="int8 if it is installed and faster, for 30,000 papers or more, else auto",
        ),
    ] = None,
    keep_duplicates: options.KeepDuplicates = False,
    keep_doubles: options.KeepDoubles = False,
    rejects: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where to write the records that aren't papers, each with the reason.",
            show_default=False,
        ),
    ] = None,
    ray: options.Ray = None,
    device: options.OnDevice = None,
    actors: options.Actors = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Only show how the files would be read: the first papers, the columns, the "
            "rejects. Nothing is written.",
        ),
    ] = False,
) -> int:
    """Add papers to the index, and update those already in it."""
    from api.terminal.progress_bar import ProgressBar, summary
    from api.terminal.reading_notes import reading_notes
    from indexer.pipeline import add

    if dry_run:
        return _preview(source, format)
    location = chosen_location(index)
    with ProgressBar() as bar:
        tally = add(
            location,
            source,
            format=format,
            model=chosen_model(model, dimensions, query_prompt, document_prompt),
            precision=precision,
            rejects=rejects,
            keep_duplicates=keep_duplicates or keep_doubles,
            ray=chosen_ray(ray, device, actors),
            listener=bar,
        )
    say(summary(tally, rejects_option="--rejects"))
    for line in reading_notes(tally.inputs):
        say(line)
    if tally.interrupted:
        return INTERRUPTED
    return 0 if tally.read > tally.rejected else NOTHING_READ


def _preview(paths: list[str], format: str | None) -> int:
    """Show how files would be read; the exit code."""
    from api.serialise import paper_json
    from api.terminal.reading_notes import reading_notes
    from indexer.sources.preview import preview

    papers, interrupted = 0, False
    for path in paths:
        found = preview(path, format)
        for paper in found.papers:
            show_record(paper_json(paper), as_json=False)
        report = found.report
        say(
            f"{report.path}: read as {report.format}, {counted(report.papers, 'paper')}, "
            f"{report.rejected:,} rejected; nothing was written"
        )
        for reject in found.rejects:
            say(f"rejected, line {reject.line:,}: {reject.reason}: {clean(reject.record)[:200]}")
        for line in reading_notes([report]):
            say(line)
        papers += report.papers
        interrupted |= report.interrupted
    if interrupted:
        return INTERRUPTED
    return 0 if papers else NOTHING_READ


def remove(
    id: options.Ids = None,
    index: options.IndexLocation = None,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Remove papers found only in this source, by its name in `nearpaper info`; papers "
            "that are also in other sources stay.",
            show_default=False,
        ),
    ] = None,
) -> int:
    """Remove papers from the index."""
    from indexer.errors import UsageError
    from indexer.maintenance import upkeep

    if bool(id) == bool(source):
        raise UsageError("give either ids of papers to remove, or --source")
    if source:
        done = upkeep.remove_source(chosen_location(index), source)
        say(f"{done.removed:,} removed; {done.kept:,} kept, which are also in other sources")
        return 0
    removal = upkeep.remove(chosen_location(index), id or [])
    say(f"{len(removal.removed):,} removed: {', '.join(removal.removed) or 'none'}")
    if removal.unknown:
        say(f"not in the index: {', '.join(removal.unknown)}; try `nearpaper search`")
    return NOT_THERE if removal.unknown else 0


def info(index: options.IndexLocation = None, json: options.JsonFlag = False) -> None:
    """Print the model, the contents and the size of the index."""
    from indexer.maintenance import upkeep

    show_record(upkeep.info(chosen_location(index)), as_json=json)


def check(index: options.IndexLocation = None) -> int:
    """Check every part of the index for damage.

    Exits with 0 if there is none.
    """
    from indexer.maintenance.check import check as find_damage

    findings = find_damage(chosen_location(index))
    show_findings(findings)
    return 1 if findings else 0


def rebuild(
    index: options.IndexLocation = None,
    embed: Annotated[
        bool,
        typer.Option(
            "--embed",
            help="Also embed all papers again, for another model or after an upgrade that asks for "
            "it; takes as long as indexing.",
        ),
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="With --embed: the model to change to, by name or path.",
            show_default="the index's own",
        ),
    ] = None,
    dimensions: options.Dimensions = None,
    query_prompt: options.QueryPrompt = None,
    document_prompt: options.DocumentPrompt = None,
    precision: Annotated[
        Precision | None,
        typer.Option(
            help="With --embed: the precision to change to, int8 or auto.",
            show_default="the index's own",
        ),
    ] = None,
    ray: options.Ray = None,
    device: options.OnDevice = None,
    actors: options.Actors = None,
) -> None:
    """Rebuild the search indexes from the catalog."""
    from api.terminal.progress_bar import ProgressBar
    from indexer.maintenance import upkeep

    with ProgressBar() as bar:
        generation = upkeep.rebuild(
            chosen_location(index),
            embed=embed,
            model=chosen_model(model, dimensions, query_prompt, document_prompt),
            precision=precision,
            ray=chosen_ray(ray, device, actors),
            listener=bar,
        )
    say(f"rebuilt; the index is at generation {generation}")


def compact(index: options.IndexLocation = None) -> None:
    """Merge additions into the main files.

    Removed papers are deleted from them.
    """
    from indexer.maintenance import upkeep

    generation = upkeep.compact(chosen_location(index))
    say(f"compacted; the index is at generation {generation}")


def backup(
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="Folder to create.")],
    index: options.IndexLocation = None,
    salvage: Annotated[
        bool,
        typer.Option(
            "--salvage", help="Copy the papers of a damaged catalog that can still be read."
        ),
    ] = False,
) -> None:
    """Copy the index to a new folder and verify the copy.

    The index may be in use.
    """
    from indexer.maintenance.backup import backup as copy

    copied = copy(chosen_location(index), target, salvage_damaged=salvage)
    _say_copied(copied, "backed up", target)


def restore(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="Folder of a backup.")],
    index: options.IndexLocation = None,
) -> None:
    """Create the index from a backup.

    Never overwrites an existing one.
    """
    from indexer.maintenance.backup import restore as copy_back

    location = chosen_location(index)
    _say_copied(copy_back(source, location), "restored", location)


def copy(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE", help="Index to copy: a folder, or opensearch://HOST/NAME."
        ),
    ],
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET", help="Folder or address to copy it to, where there is no index yet."
        ),
    ],
) -> int:
    """Copy an index to a folder or a cluster, with its vectors.

    The index may be in use.
    """
    from api.terminal.progress_bar import ProgressBar, duration
    from indexer.location import parse_location
    from indexer.maintenance.copy import copy as copy_index

    here, there = parse_location(source), parse_location(target)
    with ProgressBar("Copying") as bar:
        tally = copy_index(here, there, bar)
    done = f"{tally.read:,} papers copied to {there} in {duration(tally.seconds)}"
    if tally.interrupted:
        say(f"stopped: {done}; run the same command again to resume")
        return INTERRUPTED
    say(done)
    return 0


def export(
    target: Annotated[
        Path, typer.Argument(metavar="TARGET", help="Parquet file to create or replace.")
    ],
    index: options.IndexLocation = None,
) -> None:
    """Write all papers with their vectors to a Parquet file."""
    from api.terminal.progress_bar import ProgressBar
    from indexer.maintenance.export import export as write

    with ProgressBar("Exporting") as bar:
        papers = write(chosen_location(index), target, listener=bar)
    say(f"{papers:,} papers with their vectors written to {target}")


def _say_copied(copied: Copied, done: str, to: Place) -> None:
    say(f"{copied.papers:,} papers {done} to {to}, {copied.bytes / 1e6:,.1f} MB, verified")
    if copied.lost:
        say(f"{copied.lost:,} papers could not be read; index them again from their source")
    elif copied.rebuilt:
        say(
            "the search indexes of the source were damaged, so the copy's were rebuilt from the "
            "catalog; run `nearpaper check` on the source"
        )
