"""Options that several commands share, each with its help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from search.answer.answer import MAX_DEPTH, MAX_LIMIT, MAX_QUESTION, Mode, Sort

Colour = Literal["category", "year"]
"""What the points of a map are coloured by."""
IndexFolder = Annotated[
    Path | None,
    typer.Option(
        "--index",
        metavar="DIR",
        help="Folder of the index; else $NEARPAPER_INDEX, else data/index where it exists, "
        "else the user's data folder.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Bibtex = Annotated[bool, typer.Option("--bibtex", help="Print BibTeX.")]
Ris = Annotated[bool, typer.Option("--ris", help="Print RIS, for EndNote and the like.")]
Csl = Annotated[bool, typer.Option("--csl", help="Print CSL-JSON, for Zotero and Pandoc.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print a table for spreadsheets.")]
Jsonl = Annotated[bool, typer.Option("--jsonl", help="Print one JSON object a line for a paper.")]
Markdown = Annotated[bool, typer.Option("--markdown", help="Print a list for notes.")]
Table = Annotated[
    bool, typer.Option("--table", help="Lay the results out for reading, also into a pipe.")
]
Question = Annotated[
    str,
    typer.Argument(
        metavar="QUESTION",
        help="What to look for, in plain words; also an id, a title, an author, and ti: au: abs: "
        f"cat: year: as on arXiv. At most {MAX_QUESTION:,} characters.",
    ),
]
Ids = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="ID",
        help="Ids of papers, e.g. 2412.09645 or an arXiv address.",
        show_default=False,
    ),
]
Examples = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="ID",
        help="Ids of papers to be near to, e.g. 2412.09645 or an arXiv address.",
        show_default=False,
    ),
]
Unlike = Annotated[
    list[str] | None,
    typer.Option("--not", metavar="ID", help="Move away from this paper; repeatable."),
]
Text = Annotated[
    str,
    typer.Option(
        metavar="TEXT",
        help="A paragraph, say an abstract, to be near to, beside the papers or without any; "
        f"at most {MAX_QUESTION:,} characters.",
        show_default=False,
    ),
]
Rerank = Annotated[
    str | None,
    typer.Option(
        metavar="MODEL",
        help="Read the first results again with this sentence-transformers CrossEncoder, by name "
        "or path; takes seconds.",
        show_default=False,
    ),
]
Searching = Annotated[
    Mode, typer.Option("--mode", help="By meaning and words together, by meaning, or by words.")
]
MinScore = Annotated[
    float,
    typer.Option(
        metavar="X",
        min=0,
        max=1,
        help="Leave out what scores less, 0 to 1; 0.95 is nearer than 95 of 100 random papers.",
    ),
]
Explain = Annotated[bool, typer.Option("--explain", help="Say why each result is where it is.")]
Limit = Annotated[
    int, typer.Option(metavar="N", help=f"How many results to print, 1 to {MAX_LIMIT:,}.")
]
Offset = Annotated[
    int,
    typer.Option(
        metavar="N",
        help=f"How many results to pass over; with --limit at most {MAX_DEPTH:,}.",
    ),
]
After = Annotated[
    str,
    typer.Option(
        metavar="DATE",
        help="Only papers of this day, month or year and later: YYYY[-MM[-DD]].",
        show_default=False,
    ),
]
Before = Annotated[
    str,
    typer.Option(
        metavar="DATE",
        help="Only papers of this day, month or year and earlier.",
        show_default=False,
    ),
]
Category = Annotated[
    list[str] | None,
    typer.Option(metavar="C", help="Only papers of this category, e.g. cs.CL or cs; repeatable."),
]
Author = Annotated[
    list[str] | None,
    typer.Option(metavar="A", help="Only papers by this author; repeatable for any of several."),
]
Venue = Annotated[
    list[str] | None,
    typer.Option(metavar="V", help="Only papers of this venue; repeatable for any of several."),
]
Order = Annotated[Sort, typer.Option(help="Order of the results.")]

From = Annotated[
    str,
    typer.Option(
        "--from", metavar="DATE", help="First day to ask about: YYYY-MM-DD.", show_default=False
    ),
]
To = Annotated[
    str, typer.Option("--to", metavar="DATE", help="Last day to ask about.", show_default=False)
]
SinceLast = Annotated[
    bool,
    typer.Option(
        "--since-last",
        help="Ask for what came since the last time that the same was fetched into this index; "
        "--from says where to begin the first time.",
    ),
]
ExitCode = Annotated[
    bool, typer.Option("--exit-code", help="Exit with 4 when nothing in the index changed.")
]
BaseUrl = Annotated[
    str,
    typer.Option(
        "--base-url",
        metavar="URL",
        help="Address of the interface, for a mirror.",
        show_default="the archive's own",
    ),
]
Delay = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS",
        min=0,
        max=3600,
        help="Seconds between two requests; less than the archive asks for only with a mirror.",
        show_default="as the archive asks",
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Sentence-transformers model of a new index, by name or path.",
        show_default="all-MiniLM-L6-v2",
    ),
]
KeepDoubles = Annotated[
    bool,
    typer.Option(
        "--keep-doubles",
        help="Keep records of one paper apart that have different ids, such as a preprint's and "
        "its published form's.",
    ),
]


def chosen_folder(named: Path | None) -> Path:
    """The folder of :data:`IndexFolder`, or where the index is without it."""
    from indexer.location import default_folder

    return named or default_folder()
