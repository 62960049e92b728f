"""Figures, each beside what it is compared with; as tables on a terminal, as Markdown, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table as RichTable

from tests.bench.plots import Bars, draw, text_bars

Cell = str | float | int | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of figures.

    Attributes:
        title: What is measured.
        heads: Names of the columns, with units.
        rows: One for each thing that was measured; ``None`` where there is no figure.
        notes: What has to be known to read it.
        bars: The same as pictures.
    """

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()
    bars: Sequence[Bars] = ()


@dataclass(slots=True)
class Report:
    """All tables of a run, and what they were measured on."""

    title: str
    facts: dict[str, str]
    tables: list[Table] = field(default_factory=list)

    def add(self, tables: Iterable[Table], console: Console) -> None:
        """Take tables in and show them at once."""
        for table in tables:
            self.tables.append(table)
            console.print(rich_table(table))
            for note in table.notes:
                console.print(f"  {note}", style="dim", markup=False, highlight=False)

    def write(self, folder: Path) -> None:
        """``report.md``, ``report.json`` and a PNG for each picture."""
        folder.mkdir(parents=True, exist_ok=True)
        text = f"# {self.title}\n\n{_facts(self.facts)}\n" + "\n".join(map(markdown, self.tables))
        (folder / "report.md").write_text(text, encoding="utf-8")
        plain = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (folder / "report.json").write_text(plain + "\n", encoding="utf-8")
        for table in self.tables:
            for bars in table.bars:
                draw(bars, folder / f"{bars.name}.png")


def shown(cell: Cell) -> str:
    """A figure with three digits that count; large numbers whole."""
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int) or abs(cell) >= 100:
        return f"{cell:,.0f}"
    return f"{cell:.3g}"


def markdown(table: Table) -> str:
    """A table with its notes and its bars in characters."""
    lines = [f"## {table.title}", "", _line(table.heads), _line(["---"] * len(table.heads))]
    lines += [_line([shown(cell) for cell in row]) for row in table.rows]
    lines += ["", *(f"- {note}" for note in table.notes)]
    for bars in table.bars:
        lines += ["", "```", text_bars(bars), "```"]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _facts(facts: dict[str, str]) -> str:
    return "".join(f"- {name}: {value}\n" for name, value in facts.items())


def rich_table(table: Table) -> RichTable:
    shape = RichTable(title=table.title, title_justify="left", title_style="bold")
    for number, head in enumerate(table.heads):
        shape.add_column(head, justify="right" if number else "left")
    for row in table.rows:
        shape.add_row(*[shown(cell) for cell in row])
    return shape
