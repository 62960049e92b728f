"""Papers that have much in common: words, names, dates, ids; and histories of such papers.

All is drawn from one ``Random``, so that Hypothesis can give its own and make what fails small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from indexer.entries import Entry
from indexer.models.hashing import HashingEmbedder
from indexer.models.recipe import document_text, embed
from indexer.papers.identity import names_of
from indexer.papers.paper import Paper, text_hash
from indexer.snapshot import About
from indexer.store import Store, Writer

# Stop words among them, words of one stem, accents, signs, one that is too long to be looked up.
WORDS = (
    *("the", "of", "is", "a", "network", "networks", "neural", "attention", "Über", "uber"),
    *("naïve", "graph", "graphs", "GPT-4", "C++", "β-VAE", "ﬁne", "learning", "learned"),
    *("İstanbul", "½", "量子", "x_y", "y" * 70),
    *("fine-tuning", "finetuning", "tuning", "neural-network", "C", "c#", "behaviour", "Behavior"),
    *("neural networks (NNs)", "graph attention (GA)"),
)
AUTHORS = (
    "Yoshua Bengio",
    "Samy Bengio",
    "Yoshua Levy",
    "Y. Bengio",
    "Bengio, Yoshua",
    "Bengio",
    "Li Li",
    "Wei Li",
    "José Ångström",
    "Jose Angstrom",
    "...",
)
CATEGORIES = ("cs.CL", "cs.LG", "CS.lg", "cs", "stat.ML", "math", "État")
VENUES = ("", "", "ICML", "ICML 2023", "Proceedings of the ICML", "État ICML", "—")
DATES = ("", "2023", "2023-11", "2023-11-05", "2023-11-30", "2023-01-01", "2022-12", "2024", "1999")
SUBMITTED = ("", "", "2024-05-01", "2024-05-02", "2024-05", "2024", "2023-11-05")
UPVOTES = (None, 0, 1, 5, 5, 100)
SOURCES = ("one", "two", "three")
IDS = tuple(f"2301.0000{n}" for n in range(1, 9)) + tuple(f"10.1000/x{n}" for n in range(8))
MODEL = HashingEmbedder().model


@dataclass(frozen=True, slots=True)
class Change:
    """Papers that are committed, ids that are removed with them, and whether to publish."""

    papers: tuple[Paper, ...]
    removed: tuple[str, ...]
    published: bool


History = tuple[Change, ...]


def dice(seed: int) -> Random:
    """The same every time."""
    return Random(seed)  # noqa: S311 - no secrets


def a_paper(random: Random, id: str) -> Paper:
    """Some paper of that id."""
    return Paper(
        id=id,
        title=_text(random, random.choice((0, 1, 2, 3, 4, 4, 8))),
        abstract=_text(random, random.choice((0, 5, 20, 20, 70))),
        authors=tuple(random.choices(AUTHORS, k=random.randint(0, 3))),
        date=random.choice(DATES),
        categories=tuple(random.sample(CATEGORIES, k=random.randint(0, 3))),
        venue=random.choice(VENUES),
        upvotes=random.choice(UPVOTES),
        submitted=random.choice(SUBMITTED),
        sources=tuple(random.sample(SOURCES, k=random.randint(1, 2))),
        retracted=random.random() < 0.2,
        cite_keys=tuple(random.sample(("doe2023", "p0-0"), k=random.randint(0, 1))),
        ids=tuple(sorted({*random.sample(IDS, k=random.randint(0, 2))} - {id})),
    )


def a_history(random: Random, *, changes: int, papers: int) -> History:
    """At most so many changes of at most so many papers each; the last one is published."""
    held: list[str] = []
    made = []
    for number in range(changes):
        known = random.sample(held, k=random.randint(0, len(held) // 3))
        half = random.randint(0, len(known))
        new = [f"p{number}-{place}" for place in range(random.randint(1, papers))]
        if not set(IDS) & set(held):
            new.append(random.choice(IDS))
        written = tuple(a_paper(random, id) for id in [*known[:half], *new])
        held = [id for id in held if id not in known[half:]] + new
        made.append(Change(written, tuple(known[half:]), random.choice((True, False))))
    return (*made[:-1], Change(made[-1].papers, made[-1].removed, True))


def only_added(seed: int, count: int) -> History:
    """Papers that came with one change, and none of which was ever replaced."""
    random = dice(seed)
    return (Change(tuple(a_paper(random, f"p{n}") for n in range(count)), (), True),)


def fill(store: Store, history: History) -> About:
    """Commit and publish all of it."""
    with store.writer(lambda: MODEL) as writer:
        for change in history:
            commit(writer, change.papers, change.removed)
            if change.published:
                writer.publish()
        return writer.publish()


def commit(writer: Writer, papers: Sequence[Paper], removed: Sequence[str] = ()) -> None:
    """Papers as a run commits them: what replaces another keeps its names and its arrival."""
    entries = entries_of(papers)
    for place, entry in enumerate(entries):
        rows = {row for _, row in writer.bearers([entry.paper.id], own=True)}
        for held in writer.known(rows).values():
            names = held.names.union(entry.names)
            entries[place] = replace(entry, names=names, arrived=held.arrived)
    writer.commit(entries, removed)


def entries_of(papers: Sequence[Paper]) -> list[Entry]:
    """Embedded by the words they share."""
    texts = [document_text(paper) for paper in papers]
    encoded = embed(HashingEmbedder(), texts)
    truncated = [len(text) > 300 for text in texts]
    return [
        Entry(paper, text_hash(text), vector.astype(np.float16), cut, names_of(paper))
        for paper, text, vector, cut in zip(papers, texts, encoded.vectors, truncated, strict=True)
    ]


def _text(random: Random, words: int) -> str:
    return " ".join(random.choices(WORDS, k=words))
