"""A search answer laid out for reading on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.terminal.streams import console, say, shown
from api.wording import clean, reasons

if TYPE_CHECKING:
    from rich.text import Text

    from indexer.papers.paper import Paper
    from search.answer.answer import Answer, Result


def print_answer(answer: Answer) -> None:
    """Ranks, papers and scores in three columns; standard error says which of how many."""
    from rich.table import Table

    if not answer.results:
        say("no papers here; use a smaller --offset" if answer.total else "no papers match")
        return
    table = Table.grid(padding=(0, 1), expand=False)
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    table.add_column(justify="right")
    for before, result in zip((None, *answer.results), answer.results, strict=False):
        if before is not None and before.close and not result.close:
            table.add_row("", shown("less close:", "dim"), "")
        table.add_row(str(result.rank), _described(result), f"{result.score:.3f}")
    console().print(table)
    last = answer.results[-1].rank
    say(f"{answer.results[0].rank} to {last} of {answer.total:,} in {answer.took_ms:.0f} ms")


def _described(result: Result) -> Text:
    """Title, then a line each: authors and date, id and address, versions, reasons."""
    paper = result.paper
    about = ", ".join(filter(None, [authors_in_short(paper), clean(paper.date)]))
    lines = [(about, ""), (f"{paper.id}  {paper.url}", "dim")]
    if result.folded:
        lines.append((f"also: {', '.join(result.folded)}", "dim"))
    lines += [(line, "italic") for line in reasons(result.why)]
    text = shown("").append(shown(paper.title, "bold"))
    if paper.retracted:
        text.append("\n").append(shown("retracted", "bold red"))
    for line, style in lines:
        if line:
            text.append("\n").append(shown(line, style))
    return text


def authors_in_short(paper: Paper) -> str:
    """The first two names and how many more there are."""
    count = max(paper.author_count or 0, len(paper.authors))
    if not paper.authors:
        return f"{count} authors" if count else ""
    named = ", ".join(clean(name) for name in paper.authors[:2])
    return f"{named} and {count - 2} more" if count > 2 else named
