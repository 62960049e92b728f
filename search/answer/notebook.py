"""An answer as people look at it in Python: as text, in a notebook, as a table of pandas."""

from __future__ import annotations

import html
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from indexer.errors import UsageError

if TYPE_CHECKING:
    from search.answer.answer import Answer, Result

SHOWN = 10
"""Results that are shown; a table has them all."""
_WIDTH = 72


def as_text(answer: Answer) -> str:
    """A line on the whole, and one for each of the first results."""
    lines = [f"<Answer to {_cut(answer.query)!r}: {_counted(answer)}>"]
    lines += [
        f"{one.rank:3} {one.score:.3f}  {_cut(one.paper.title)}  [{one.paper.id}]"
        for one in answer.results[:SHOWN]
    ]
    return "\n".join([*lines, *_rest(answer)])


def as_html(answer: Answer) -> str:
    """The same as a table, escaped."""
    rows = "".join(map(_row, answer.results[:SHOWN]))
    notes = "".join(f"<p>{html.escape(note)}</p>" for note in (*answer.warnings, *_rest(answer)))
    head = "<tr><th></th><th>score</th><th>paper</th><th>date</th></tr>"
    caption = f"{html.escape(_cut(answer.query))}: {_counted(answer)}"
    return f"<table><caption>{caption}</caption>{head}{rows}</table>{notes}"


def as_frame(answer: Answer) -> Any:  # noqa: ANN401 - pandas need not be there
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
        for one in answer.results
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


def _counted(answer: Answer) -> str:
    return f"{len(answer.results):,} of {answer.total:,} papers"


def _rest(answer: Answer) -> list[str]:
    more = len(answer.results) - SHOWN
    return [f"and {more:,} more; to_pandas() has them all"] if more > 0 else []


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"
