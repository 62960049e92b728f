"""``nearpaper map``: a whole index as a picture, in one HTML file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from api.commands import options
from api.commands.options import Colour, chosen_folder
from api.terminal import output as terminal


def draw_map(
    index: options.IndexFolder = None,
    output: Annotated[
        Path, typer.Option(metavar="FILE", help="HTML file that is made or replaced.")
    ] = Path("map.html"),
    colour: Annotated[
        Colour | None,
        typer.Option(
            help="What points are coloured by when the file is opened; it can be changed there.",
            show_default="category, or year where most papers have none",
        ),
    ] = None,
    limit: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            max=1_000_000,
            help="How many papers to show; of more, so many from all over the index.",
        ),
    ] = 200_000,
) -> None:
    """Write a map of the index, papers near each other where they are alike, as an HTML file."""
    from api.pages.map_page import map_page
    from api.terminal.progress_bar import StepBar, duration, size
    from indexer.files import replace_file, require_file
    from search.map.map import chart

    require_file(output)
    started = time.monotonic()
    with StepBar() as bar:
        drawn = chart(chosen_folder(index), most=limit, report=bar.at)
        bar.at("Writing", 0.0)
        page = map_page(drawn, colour).encode()
        replace_file(output, page)
    shown = f"{len(drawn.papers):,} papers"
    if drawn.total > len(drawn.papers):
        shown += f" of {drawn.total:,} (--limit shows more)"
    terminal.say(f"{shown} in {output}, {size(len(page))}, {duration(time.monotonic() - started)}")
