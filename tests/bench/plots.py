"""Figures as pictures: bars in characters, and as PNG where matplotlib is installed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

WIDTH = 50
"""Characters of the longest bar."""


@dataclass(frozen=True, slots=True)
class Bars:
    """One picture.

    Attributes:
        name: Of the file, without its ending.
        title: What the bars are, with the unit.
        values: A bar for each name.
    """

    name: str
    title: str
    values: Mapping[str, float]


def text_bars(bars: Bars) -> str:
    """A line for each bar, as long as its value."""
    longest = max(bars.values.values(), default=0) or 1
    names = max(map(len, bars.values), default=0)
    lines = [
        f"{name:<{names}}  {'█' * max(1, round(WIDTH * value / longest))} {value:.3g}"
        for name, value in bars.values.items()
    ]
    return "\n".join([bars.title, *lines])


def draw(bars: Bars, path: Path) -> bool:
    """The bars as PNG; false where matplotlib isn't installed."""
    if find_spec("matplotlib") is None:
        return False
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 0.8 + 0.4 * len(bars.values)), layout="constrained")
    axes = figure.add_subplot()
    drawn = axes.barh(list(bars.values), list(bars.values.values()))
    axes.bar_label(drawn, fmt="%.3g", padding=3)
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.set_title(bars.title)
    FigureCanvasAgg(figure).print_png(str(path))
    return True
