"""``nearpaper map``: a whole index as a picture, in one HTML file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Literal

import typer

from api.commands import options
from api.commands.options import chosen_location
from api.terminal.streams import say
from api.wording import counted


def draw_map(
    index: options.IndexLocation = None,
    output: Annotated[
        Path, typer.Option(metavar="FILE", help="HTML file to create or replace.")
    ] = Path("map.html"),
    colour: Annotated[
        Literal["category", "year"] | None,
        typer.Option(
            help="Colour the points by this when the file is opened; it can be changed there.",
            show_default="category, or year if most papers have none",
        ),
    ] = None,
    limit: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            max=1_000_000,
            help="Papers to show; of a larger index, a random sample.",
        ),
    ] = 200_000,
) -> None:
    """Write a map of the index as an HTML file.

    Similar papers are near each other.
    """
    from api.pages.map.map_page import map_page
    from api.terminal.progress_bar import StepBar, duration, size
    from indexer.files import replace_file, require_file, require_outside
    from indexer.location import using_store
    from search.map.map import draw

    require_file(output)
    location = chosen_location(index)
    with using_store(location) as store:
        require_outside(output, store.workspace)
    started = time.monotonic()
    with StepBar() as bar:
        drawn = draw(location, most=limit, report=bar.at)
        bar.at("Writing", 0.0)
        page = map_page(drawn, colour).encode()
        replace_file(output, page)
    shown = counted(len(drawn.papers), "paper")
    if drawn.total > len(drawn.papers):
        shown += f" of {drawn.total:,} (--limit shows more)"
    say(f"{shown} in {output}, {size(len(page))}, {duration(time.monotonic() - started)}")
