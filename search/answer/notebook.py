"""An answer as people look at it in Python: as text, in a notebook, as a table of pandas."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from indexer.errors import UsageError
from search.answer.result import Result

SHOWN = 10
"""Results that are shown; a table has them all."""
_WIDTH = 72


def as_text(query: str, total: int, results: Sequence[Result]) -> str:
    """A line on the whole, and one for each of the first results."""
    lines = [f"<Answer to {_cut(query)!r}: {_counted(results, total)}>"]
    lines += [
        f"{one.rank:3} {one.score:.3f}  {_cut(one.paper.title)}  [{one.paper.id}]"
        for one in results[:SHOWN]
    ]
    return "\n".join([*lines, *_rest(results)])


def as_html(query: str, total: int, results: Sequence[Result], warnings: Sequence[str]) -> str:
    """The same as a table, escaped."""
    rows = "".join(map(_row, results[:SHOWN]))
    notes = "".join(f"<p>{html.escape(note)}</p>" for note in (*warnings, *_rest(results)))
    head = "<tr><th></th><th>score</th><th>paper</th><th>date</th></tr>"
    caption = f"{html.escape(_cut(query))}: {_counted(results, total)}"
    return f"<table><caption>{caption}</caption>{head}{rows}</table>{notes}"


def as_frame(results: Sequence[Result]) -> Any:  # noqa: ANN401 - pandas need not be there
    """A ``pandas.DataFrame``, a row for each result: its rank, its fields, its score.

    Raises:
        UsageError: pandas isn't installed.
    """
    try:
        import pandas as pd
    except ImportError:
        raise UsageError("to_pandas needs pandas; install it with `pip install pandas`") from None
    from indexer.papers.paper import Paper

    columns = ["rank", *Paper.__dataclass_fields__, "score", "why", "folded"]
    records = [
        {"rank": one.rank, **asdict(one.paper), "score": one.score, "why": one.why}
        | {"folded": one.folded}
        for one in results
    ]
    return pd.DataFrame.from_records(records, columns=columns)


def _row(result: Result) -> str:
    paper = result.paper
    title = html.escape(paper.title)
    if paper.url:
        title = f'<a href="{html.escape(paper.url)}">{title}</a>'
    return (
        f"<tr><td>{result.rank}</td><td>{result.score:.3f}</td>"
        f"<td>{title}</td><td>{html.escape(paper.date)}</td></tr>"
    )


def _counted(results: Sequence[Result], total: int) -> str:
    return f"{len(results):,} of {total:,} papers"


def _rest(results: Sequence[Result]) -> list[str]:
    more = len(results) - SHOWN
    return [f"and {more:,} more; to_pandas() has them all"] if more > 0 else []


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"
