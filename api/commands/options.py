"""Options and arguments that several commands share, each with its help.

The options of a search itself are built from :mod:`search.options`, in ``shared_options.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from indexer.ray.options import Device, RayOptions
from search.limits import MAX_QUESTION

if TYPE_CHECKING:
    from indexer.location import Place
    from indexer.models.choice import Choice

IndexLocation = Annotated[
    str | None,
    typer.Option(
        "--index",
        metavar="DIR|ADDRESS",
        help="Folder of the index, or opensearch://HOST/NAME on a cluster. Default: "
        "$NEARPAPER_INDEX, else data/index if it exists, else the user's data folder.",
        show_default=False,
    ),
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
BibtexFlag = Annotated[bool, typer.Option("--bibtex", help="Print BibTeX.")]
RisFlag = Annotated[bool, typer.Option("--ris", help="Print RIS, for EndNote and others.")]
CslFlag = Annotated[bool, typer.Option("--csl", help="Print CSL-JSON, for Zotero and Pandoc.")]
CsvFlag = Annotated[bool, typer.Option("--csv", help="Print a CSV table, for spreadsheets.")]
JsonlFlag = Annotated[bool, typer.Option("--jsonl", help="Print one JSON object a line per paper.")]
MarkdownFlag = Annotated[bool, typer.Option("--markdown", help="Print a Markdown list, for notes.")]
TableFlag = Annotated[
    bool, typer.Option("--table", help="Print a layout for reading, even into a pipe.")
]
Question = Annotated[
    str,
    typer.Argument(
        metavar="QUESTION",
        help="What to look for, in plain words; also an id, a title, an author, and ti: au: abs: "
        f"cat: venue: year: as on arXiv. At most {MAX_QUESTION:,} characters.",
    ),
]
Ids = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="ID",
        help="Ids of papers, such as 2412.09645 or an arXiv address.",
        show_default=False,
    ),
]
ExampleIds = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="ID",
        help="Ids of papers to find similar ones to, such as 2412.09645 or an arXiv address.",
        show_default=False,
    ),
]
Unlike = Annotated[
    list[str] | None,
    typer.Option("--not", metavar="ID", help="Move away from this paper; repeatable."),
]
ExampleText = Annotated[
    str,
    typer.Option(
        "--text",
        metavar="TEXT",
        help="A paragraph, such as an abstract, to find similar papers to, with or without ids; "
        f"at most {MAX_QUESTION:,} characters.",
        show_default=False,
    ),
]
Rerank = Annotated[
    str | None,
    typer.Option(
        metavar="MODEL",
        help="Rerank the top results with this sentence-transformers CrossEncoder, by name or "
        "path; takes seconds.",
        show_default=False,
    ),
]

From = Annotated[
    str,
    typer.Option("--from", metavar="DATE", help="First day, as YYYY-MM-DD.", show_default=False),
]
To = Annotated[str, typer.Option("--to", metavar="DATE", help="Last day.", show_default=False)]
SinceLast = Annotated[
    bool,
    typer.Option(
        "--since-last",
        help="Fetch what is new since the same was last fetched into this index; --from says "
        "where to start the first time.",
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
        help="Base URL of the API, for a mirror.",
        show_default="the archive's own",
    ),
]
Delay = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS",
        min=0,
        max=3600,
        help="Seconds between two requests; only a mirror allows less than the archive asks for.",
        show_default="what the archive asks for",
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
Dimensions = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        max=100_000,
        help="Numbers to keep of each vector, for a model that is trained for it (Matryoshka).",
        show_default="all",
    ),
]
QueryPrompt = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        help="Put before each query for the model, such as 'query: '.",
        show_default="the model's own",
    ),
]
DocumentPrompt = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        help="Put before each paper for the model, such as 'passage: '.",
        show_default="the model's own",
    ),
]
Ray = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Embed on Ray; needs nearpaper[ray]. HOST:PORT joins a cluster, local starts one on "
        "this machine, auto joins the one of $RAY_ADDRESS or of `ray start`, else starts one.",
        show_default=False,
    ),
]
OnDevice = Annotated[
    Device | None,
    typer.Option(
        "--device",
        help="What the model runs on; auto is GPUs if this machine, or with --ray the cluster, has "
        "any that PyTorch finds, else CPUs.",
        show_default="auto",
    ),
]
Actors = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        max=64,
        help="With --ray: actors on each node, or on each GPU.",
        show_default="1",
    ),
]
KeepDuplicates = Annotated[
    bool,
    typer.Option(
        "--keep-duplicates",
        help="Keep records of the same paper with different ids, such as a preprint and its "
        "published version, as separate papers.",
    ),
]
KeepDoubles = Annotated[
    bool, typer.Option("--keep-doubles", help="The old name of --keep-duplicates.", hidden=True)
]


def chosen_location(named: str | None) -> Place:
    """Where :data:`IndexLocation` says that the index is, or where it is without it."""
    from indexer.location import default_location, parse_location

    return default_location() if named is None else parse_location(named)


def chosen_model(
    name: str | None,
    dimensions: int | None,
    query_prompt: str | None,
    document_prompt: str | None,
) -> Choice | None:
    """What these options say of a model; ``None`` where they say nothing.

    Raises:
        UsageError: A prompt is longer than any model's.
    """
    from indexer.errors import UsageError
    from indexer.models.choice import LONGEST_PROMPT, Choice

    for prompt in (query_prompt, document_prompt):
        if prompt is not None and len(prompt) > LONGEST_PROMPT:
            raise UsageError(
                f"a prompt has {len(prompt):,} characters; give at most {LONGEST_PROMPT:,}"
            )
    choice = Choice(
        name=name,
        dimension=dimensions,
        query_prefix=query_prompt,
        document_prefix=document_prompt,
    )
    return None if choice == Choice() else choice


def chosen_ray(ray: str | None, device: Device | None, actors: int | None) -> RayOptions | None:
    """Where to embed; raises ``UsageError`` for actors without Ray."""
    from indexer.errors import UsageError

    if ray is not None:
        return RayOptions(address=ray, device=device or "auto", actors=actors or 1)
    if actors:
        raise UsageError("--actors is for --ray; add --ray auto")
    return None if device is None else RayOptions(address="", device=device)
