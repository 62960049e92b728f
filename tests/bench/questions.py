"""``python -m tests.bench.questions INDEX``: how well an index answers what people type.

Names of papers, remembered words, titles, people, references, abbreviations, other spellings, each
drawn with a seed from the papers of the index itself; and how often the answer says that nothing
is close, for the common terms of the field and for what has nothing to do with it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from indexer.errors import IndexNotFoundError, UsageError
from indexer.location import open_store
from indexer.where import ALL
from search.answer.answer import Answer
from search.engine import Engine
from search.options import MODES, Mode
from tests.bench import abbreviations, drawing, spellings
from tests.bench.corpus import Corpus
from tests.bench.drawing import Asked, Draw
from tests.bench.off_topic import OFF_TOPIC
from tests.bench.report import Table, rich_table

DEPTH = 10
HEADS = ("", "questions", "first", "in ten", "MRR", "R_cap@10", "far")
NOTES = (
    "first, in ten: share of the questions with a right paper there.",
    "R_cap@10: right papers among the first ten, of those that could be there.",
    'far: share of the answers that say "nothing in the index is close".',
)


@dataclass(frozen=True, slots=True)
class Kind:
    """Questions of one kind.

    Attributes:
        name: Of the kind.
        draw: Draws them from a corpus; the third argument is how many at most.
        count: How many are asked by default.
    """

    name: str
    draw: Callable[[Corpus, Random, int], Sequence[Asked]]
    count: int


@dataclass(frozen=True, slots=True)
class Row:
    """How one kind of question was answered; ``None`` where no paper is right."""

    kind: str
    questions: int
    first: float | None
    in_ten: float | None
    mrr: float | None
    capped_recall: float | None
    far: float


def _drawn(name: str, draw: Draw, count: int) -> Kind:
    return Kind(name, lambda corpus, chance, most: list(islice(draw(corpus, chance), most)), count)


def _spelt(name: str, draw: Callable[[Corpus, Random], Iterator[spellings.Varied]]) -> list[Kind]:
    """Both spellings of the same questions: the seed goes by what stands before the comma."""

    def written(corpus: Corpus, chance: Random, most: int) -> Sequence[Asked]:
        return [Asked(one.written, one.right) for one in islice(draw(corpus, chance), most)]

    def varied(corpus: Corpus, chance: Random, most: int) -> Sequence[Asked]:
        return [Asked(one.varied, one.right) for one in islice(draw(corpus, chance), most)]

    return [Kind(f"{name}, as written", written, 150), Kind(f"{name}, varied", varied, 150)]


KINDS = (
    _drawn("nicknames", drawing.nicknames, 400),
    _drawn("nicknames misspelt", spellings.misspelt_nicknames, 400),
    _drawn("three words of a title", drawing.title_words, 400),
    _drawn("six words of a sentence", drawing.sentence_words, 400),
    _drawn("titles", drawing.titles, 60),
    _drawn("surname and year", drawing.surnames, 200),
    _drawn("author names", drawing.authors, 50),
    _drawn("references", drawing.references, 50),
    _drawn("abbreviations, asked short", abbreviations.asked_short, 60),
    _drawn("abbreviations, asked long", abbreviations.asked_long, 60),
    _drawn("abbreviations, short for long only", abbreviations.short_for_long, 60),
    _drawn("abbreviations, long for short only", abbreviations.long_for_short, 60),
    *_spelt("hyphenated to joined", spellings.joined),
    *_spelt("joined to hyphenated", spellings.hyphenated),
    *_spelt("typing error", spellings.misspelt),
    *_spelt("American to British", spellings.british),
    Kind("common terms", lambda corpus, _, most: drawing.common_terms(corpus, most), 200),
    Kind("off topic", lambda _corpus, _, most: [Asked(text) for text in OFF_TOPIC[:most]], 100),
)


def main(
    index: Annotated[str, typer.Argument(help="Folder or address of an index.")],
    seed: Annotated[int, typer.Option(help="Another one draws other questions.")] = 1,
    count: Annotated[int | None, typer.Option(help="Questions of each kind, at most.")] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Kinds whose names begin so; repeatable.")
    ] = None,
    mode: Annotated[list[str] | None, typer.Option(help="hybrid by default; repeatable.")] = None,
    off_topic: Annotated[
        Path | None, typer.Option(help="queries.jsonl of another field, to ask besides.")
    ] = None,
    misses: Annotated[int, typer.Option(help="Show so many that aren't answered first.")] = 0,
    json_lines: Annotated[bool, typer.Option("--json", help="One JSON object a row.")] = False,
) -> None:
    """Draw questions from an index, ask them, and print a table."""
    store = open_store(index)
    store.recover()
    snapshot = store.snapshot()
    if snapshot is None:
        raise IndexNotFoundError(f"{index}: still empty; add papers with `nearpaper index`")
    corpus = Corpus([paper for keys in snapshot.scan(ALL) for paper in snapshot.papers(keys)])
    kinds = [kind for kind in KINDS if not only or kind.name.startswith(tuple(only))]
    if off_topic:
        kinds.append(_asked_elsewhere(off_topic))
    # Wide enough for a table in a file.
    console = Console(stderr=json_lines, width=None if sys.stdout.isatty() else 110)
    with Engine.open(store) as engine:
        for chosen in _modes(mode):
            rows = []
            for kind in kinds:
                asked = kind.draw(corpus, chance_of(seed, kind), min(count or kind.count, 10_000))
                answers = list(ask(engine, asked, chosen))
                rows.append(row(kind.name, asked, answers))
                _show_misses(console, kind.name, asked, answers, misses)
            _print(console, rows, chosen, json_lines=json_lines)


def _modes(names: Sequence[str] | None) -> list[Mode]:
    if unknown := set(names or ()) - set(MODES):
        raise UsageError(f"{', '.join(sorted(unknown))}: no mode; take one of {', '.join(MODES)}")
    return [mode for mode in MODES if mode in (names or ("hybrid",))]


def chance_of(seed: int, kind: Kind) -> Random:
    """A kind alone draws what it draws among the others, and its variant the same questions."""
    return Random(f"{seed} {kind.name.partition(',')[0]}")  # noqa: S311 - must be repeatable


def _asked_elsewhere(path: Path) -> Kind:
    lines = path.read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    return Kind(
        f"of {path.parent.name}", lambda _corpus, _, most: list(map(Asked, texts[:most])), 1_000
    )


def ask(engine: Engine, asked: Sequence[Asked], mode: Mode) -> Iterator[Answer | UsageError]:
    """The answers, many questions at once."""
    return engine.search_many([one.text for one in asked], limit=DEPTH, mode=mode)


def row(name: str, asked: Sequence[Asked], answers: Sequence[Answer | UsageError]) -> Row:
    """The shares of a kind; a question that couldn't be asked found nothing."""
    pairs = list(zip(asked, answers, strict=True))
    far = _mean([isinstance(answer, Answer) and answer.far for answer in answers]) or 0.0
    if not any(one.right for one in asked):
        return Row(name, len(asked), None, None, None, None, far)
    ranks = [rank_of(answer, one.right) for one, answer in pairs]
    return Row(
        name,
        len(asked),
        _mean([rank == 1 for rank in ranks]),
        _mean([rank > 0 for rank in ranks]),
        _mean([1 / rank if rank else 0.0 for rank in ranks]),
        _mean([found(answer, one.right) / min(DEPTH, len(one.right)) for one, answer in pairs]),
        far,
    )


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


def rank_of(answer: Answer | UsageError, right: frozenset[str]) -> int:
    """Where the first right paper stands, from 1; 0 where none does."""
    return next((rank for rank, ids in enumerate(_ids(answer), 1) if ids & right), 0)


def found(answer: Answer | UsageError, right: frozenset[str]) -> int:
    """How many of the right papers were found."""
    return len(frozenset().union(*_ids(answer)) & right)


def _ids(answer: Answer | UsageError) -> list[frozenset[str]]:
    """Of each result, with those that it stands for."""
    results = answer.results if isinstance(answer, Answer) else ()
    return [frozenset((one.paper.id, *one.folded)) for one in results]


def _show_misses(
    console: Console,
    name: str,
    asked: Sequence[Asked],
    answers: Sequence[Answer | UsageError],
    most: int,
) -> None:
    pairs = zip(asked, answers, strict=True)
    missed = [
        (one, answer) for one, answer in pairs if one.right and rank_of(answer, one.right) != 1
    ]
    for one, answer in missed[:most]:
        first = answer.results[0].paper if isinstance(answer, Answer) and answer.results else None
        text = f"{name}: {one.text!r} wants {min(one.right)} ({rank_of(answer, one.right) or '–'})"
        console.print(f"{text}, has {first.id} {first.title!r}" if first else text, markup=False)


def _print(console: Console, rows: Sequence[Row], mode: Mode, *, json_lines: bool) -> None:
    if json_lines:
        for one in rows:
            sys.stdout.write(json.dumps({"mode": mode, **asdict(one)}) + "\n")
        return
    cells = [tuple(asdict(one).values()) for one in rows]
    console.print(rich_table(Table(f"What people type, {mode}", HEADS, cells, NOTES)))
    for note in NOTES:
        console.print(f"  {note}", style="dim", markup=False, highlight=False)


if __name__ == "__main__":
    typer.run(main)
