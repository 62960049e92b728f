"""The commands that write an index or look after it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands import options
from api.commands.exit_codes import INTERRUPTED, NOT_THERE
from api.commands.options import chosen_folder
from api.terminal import output as terminal
from indexer.models.precision import Precision

if TYPE_CHECKING:
    from indexer.maintenance.backup import Copied


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
    model: options.Model = None,
    precision: Annotated[
        Precision | None,
        typer.Option(
            help="Of a new index: int8 encodes faster, calibrated on its papers, and needs "
            "nearpaper[int8]; auto is bf16 or f32, as the processor can.",
            show_default="auto",
        ),
    ] = None,
    keep_doubles: options.KeepDoubles = False,
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
    from api.terminal.progress_bar import ProgressBar, summary
    from indexer.pipeline import add

    folder = chosen_folder(index)
    with ProgressBar() as bar:
        tally = add(
            folder,
            source,
            format=format,
            model=model,
            precision=precision,
            rejects=rejects,
            keep_duplicates=keep_doubles,
            listener=bar,
        )
    terminal.say(summary(tally))
    return INTERRUPTED if tally.interrupted else 0


def remove(
    id: options.Ids = None,
    index: options.IndexFolder = None,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Take out what only this source told, by its name in `nearpaper info`; papers "
            "that others told of, too, stay.",
            show_default=False,
        ),
    ] = None,
) -> int:
    """Take papers out of the index."""
    from indexer.errors import UsageError
    from indexer.maintenance import upkeep as maintenance

    if bool(id) == bool(source):
        raise UsageError("name papers by their ids, or one --source")
    if source:
        done = maintenance.remove_source(chosen_folder(index), source)
        terminal.say(f"{done.removed:,} removed; {done.kept:,} stay, told of by other sources")
        return 0
    removal = maintenance.remove(chosen_folder(index), id or [])
    terminal.say(f"{len(removal.removed):,} removed: {', '.join(removal.removed) or 'none'}")
    if removal.unknown:
        terminal.say(f"not in the index: {', '.join(removal.unknown)}; see `nearpaper search`")
    return NOT_THERE if removal.unknown else 0


def info(index: options.IndexFolder = None, json: options.Json = False) -> None:
    """Print what the index was made with, what it holds and what it takes up."""
    from indexer.maintenance import upkeep as maintenance

    terminal.show_record(maintenance.info(chosen_folder(index)), as_json=json)


def check(index: options.IndexFolder = None) -> int:
    """Compare every part of the index with what was written; exit 0 when it is clean."""
    from indexer.maintenance import upkeep as maintenance

    findings = maintenance.check(chosen_folder(index))
    terminal.show_findings(findings)
    return 1 if findings else 0


def rebuild(
    index: options.IndexFolder = None,
    embed: Annotated[
        bool,
        typer.Option(
            "--embed",
            help="Make the vectors anew, too: for another model, or after an upgrade that asks "
            "for it; takes as long as indexing.",
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
    precision: Annotated[
        Precision | None,
        typer.Option(
            help="With --embed: the precision to change to, int8 or auto.",
            show_default="the index's own",
        ),
    ] = None,
) -> None:
    """Make the derived parts of the index anew from its catalog."""
    from api.terminal.progress_bar import ProgressBar
    from indexer.maintenance import upkeep as maintenance

    with ProgressBar() as bar:
        generation = maintenance.rebuild(
            chosen_folder(index), embed=embed, model=model, precision=precision, listener=bar
        )
    terminal.say(f"rebuilt; the index is at generation {generation}")


def compact(index: options.IndexFolder = None) -> None:
    """Fold what was added into the main files, and drop what was removed."""
    from indexer.maintenance import upkeep as maintenance

    generation = maintenance.compact(chosen_folder(index))
    terminal.say(f"compacted; the index is at generation {generation}")


def backup(
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="Folder that is made for it.")],
    index: options.IndexFolder = None,
    salvage: Annotated[
        bool,
        typer.Option(
            "--salvage", help="Of a damaged catalog, copy the papers that can still be read."
        ),
    ] = False,
) -> None:
    """Copy the index to a new folder, whole and checked, while it may be in use."""
    from indexer.maintenance import upkeep as maintenance

    copied = maintenance.backup(chosen_folder(index), target, salvage_damaged=salvage)
    _say_copied(copied, "backed up", target)


def restore(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="Folder of a backup.")],
    index: options.IndexFolder = None,
) -> None:
    """Make the index from a backup; one that is there already isn't touched."""
    from indexer.maintenance import upkeep as maintenance

    folder = chosen_folder(index)
    _say_copied(maintenance.restore(source, folder), "restored", folder)


def export(
    target: Annotated[
        Path, typer.Argument(metavar="TARGET", help="Parquet file that is made or replaced.")
    ],
    index: options.IndexFolder = None,
) -> None:
    """Write all papers with their vectors to a Parquet file."""
    from api.terminal.progress_bar import ProgressBar
    from indexer.maintenance.export import export as write

    with ProgressBar("Exporting") as bar:
        papers = write(chosen_folder(index), target, listener=bar)
    terminal.say(f"{papers:,} papers with their vectors in {target}")


def _say_copied(copied: Copied, done: str, to: Path) -> None:
    terminal.say(f"{copied.papers:,} papers {done} to {to}, {copied.bytes / 1e6:,.1f} MB, checked")
    if copied.lost:
        terminal.say(f"{copied.lost:,} papers could not be read; add them again from their source")
    elif copied.rebuilt:
        terminal.say(
            "the derived files were made anew from the catalog, the source's weren't what was "
            "written; run `nearpaper check` there"
        )
