"""What the benchmarks run on: papers, and questions to ask about them. The same for everyone."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from indexer.papers.paper import Paper
from indexer.sources import open_source
from search.answer.sentences import sentences

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "data" / "papers.jsonl"
SHARED = ROOT.parent / "shared"
DAILY = SHARED / "papers" / "huggingface-daily.jsonl.gz"
QUESTIONS = SHARED / "eval" / "litsearch-dev" / "queries.jsonl"

SEED = 7
LEAST_WORDS = 5
"""Of a sentence that can stand as a question."""


@dataclass(frozen=True, slots=True)
class Papers:
    """Some papers, and where they come from."""

    papers: list[Paper]
    origin: str


def find_papers(given: Path | None, count: int) -> Papers:
    """At most ``count`` papers: of the file given, else real ones, else made from the sample."""
    path = given or (DAILY if DAILY.exists() else None)
    if path is None:
        origin = f"made by mixing the sentences of {SAMPLE.name}: not real papers"
        return Papers(mixed(read_papers([SAMPLE]), count), origin)
    papers = read_papers([path])
    chosen = random.Random(SEED).sample(papers, min(count, len(papers)))  # noqa: S311
    return Papers(chosen, f"a random sample of {path.name}")


def read_papers(paths: Iterable[Path]) -> list[Paper]:
    """All papers of some files that have an abstract, each id once."""
    found: dict[str, Paper] = {}
    for path in paths:
        with open_source(str(path)) as source:
            papers = (record for record in source if isinstance(record, Paper))
            found.update((paper.id, paper) for paper in papers if paper.abstract)
    return list(found.values())


def mixed(papers: Sequence[Paper], count: int, seed: int = SEED) -> list[Paper]:
    """The papers, then new ones whose abstracts mix the sentences of two of them."""
    chance = random.Random(seed)  # noqa: S311 - must be repeatable, not secret
    pairs = [chance.sample(papers, 2) for _ in range(count)]
    made = [_mixed(one, other, chance, number) for number, (one, other) in enumerate(pairs)]
    return [*papers, *made][:count]


def _mixed(first: Paper, second: Paper, chance: random.Random, number: int) -> Paper:
    own = sentences(first.abstract)
    drawn = " ".join(chance.sample([*own, *sentences(second.abstract)], len(own)))
    title = f"{mixed_words(first.title, second.title, chance)}, {number}"
    return another(first, f"mixed-{number}", title, drawn)


def mixed_words(first: str, second: str, chance: random.Random) -> str:
    """The first text, about half of its words replaced by the second's."""
    words, others = first.split(), second.split()
    if not others:
        return first
    drawn = chance.choices(others, k=len(words))
    bits = chance.getrandbits(max(1, len(words)))
    return " ".join(drawn[place] if bits >> place & 1 else word for place, word in enumerate(words))


def another(paper: Paper, id: str, title: str, abstract: str) -> Paper:
    """A paper like one, but no duplicate of it: it shares no id, nor a title."""
    return replace(
        paper, id=id, title=title, abstract=abstract, doi="", url="", ids=(), cite_keys=()
    )


def find_questions(papers: Sequence[Paper], count: int, *, real: bool = True) -> list[str]:
    """``count`` different questions: people's own where there are some, then sentences."""
    asked = people_asked() if real else []
    return list(dict.fromkeys([*asked, *sentences_of(papers)]))[:count]


def people_asked() -> list[str]:
    """What people asked of a search engine for papers, where that collection is at hand."""
    if not QUESTIONS.exists():
        return []
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


def sentences_of(papers: Sequence[Paper], seed: int = SEED) -> Iterator[str]:
    """One random sentence of each paper's abstract, the papers in random order."""
    chance = random.Random(seed)  # noqa: S311
    for paper in chance.sample(papers, len(papers)):
        long = [each for each in sentences(paper.abstract) if len(each.split()) >= LEAST_WORDS]
        if long:
            yield chance.choice(long)


def write_papers(papers: Iterable[Paper], path: Path) -> None:
    """As JSON Lines that ``nearpaper index`` reads."""
    with path.open("w", encoding="utf-8") as file:
        for paper in papers:
            fields = {name: value for name, value in asdict(paper).items() if value}
            file.write(json.dumps(fields, ensure_ascii=False) + "\n")
