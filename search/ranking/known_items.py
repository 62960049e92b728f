"""Known-item search: a paper that a question names by title or name, an author it names by name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz

from indexer.models.vocabulary import common_words
from indexer.papers.folding import words
from indexer.snapshot import Keys, Snapshot
from indexer.where import Or, Phrase, TitleIs, Where, both
from search.limits import MAX_DEPTH
from search.query.filters import any_of
from search.ranking.ranking import NO_KEYS, Ranking, among

NEAR = 90.0
"""Of 100: how alike a question and a title must be to be the same title, misspelt. One typo in 20
letters leaves 95; titles that differ by a word of six in 40 letters have 85."""
LEAST_LETTERS = 12
"""Shorter titles are too easily alike."""
LOOKED_AT = 20
"""Papers whose titles are compared: a title with a typo is among the best by words and meaning."""
NAME_WORDS = range(2, 7)
"""Of an author."""
OWN_NAME_WORDS = range(1, 6)
"""Of a paper."""
NAMESAKES = 3
"""Papers that may share a name; one that more of them have is a topic."""
COMMON, FREQUENT = 0.02, 0.1
"""Shares of the papers that hold a word, from which on it is a topic: one that is no common English
word, and one that titles write like a name ("BERT", in 6 % of the ACL Anthology)."""
_HOLDING = 10
"""Titles that may hold the words of a plain name, for each paper that is named so."""
_TITLES = 200
"""Papers with a question's words side by side in their title that are looked at."""
_MANY_TITLES = 1_000
_END_OF_NAME = re.compile(r"\s*:|\s[-–—]\s|\s*[—]")
_ACRONYM = re.compile(r"\(([^()\s]{2,20})\)(?=\s*(?:[:.?!–—-]|$))")
_LIKE_A_NAME = re.compile(r"[A-Z]-?[A-Z]|[a-z][A-Z]|\d")


@dataclass(frozen=True, slots=True, eq=False)
class KnownItems:
    """What a text may name outright, whatever else it finds.

    Attributes:
        by_author: Papers by the author whose whole name it is, the newest first.
        named: Papers whose own name it is, the oldest first; none for what is also a topic.
        titled: Papers whose title it is, word for word.
    """

    by_author: Keys
    named: Keys
    titled: Keys


def known_items(snapshot: Snapshot, where: Where, texts: Sequence[str]) -> dict[str, KnownItems]:
    """Look up what each text may name, among the papers that pass."""
    titled = _titled(snapshot, where, texts)
    return {
        text: KnownItems(_by_author(snapshot, where, text), _named(snapshot, where, text), keys)
        for text, keys in titled.items()
    }


def titled(
    snapshot: Snapshot, ranking: Ranking, asked: str, known: KnownItems | None = None
) -> Keys:
    """Papers whose title the question is, word for word or nearly, most alike first."""
    if not words(asked):
        return NO_KEYS
    same = known.titled if known else _titled(snapshot, ranking.where, [asked])[asked]
    return same if len(same) else _nearly_titled(snapshot, ranking.head[:LOOKED_AT], asked)


def _titled(snapshot: Snapshot, where: Where, texts: Sequence[str]) -> dict[str, Keys]:
    """By text: the papers whose title it is. Mostly none is, which one look tells."""
    titles = {text: TitleIs(text) for text in texts if words(text)}
    found = NO_KEYS
    if titles:
        found = snapshot.ordered("added", MAX_DEPTH, both(where, Or(tuple(titles.values()))))
    if len(titles) > 1 and len(found):
        each = {text: found[snapshot.passes(found, title)] for text, title in titles.items()}
    else:
        each = dict.fromkeys(titles, found)
    return {text: each.get(text, NO_KEYS) for text in texts}


def _nearly_titled(snapshot: Snapshot, candidates: Keys, asked: str) -> Keys:
    question = " ".join(words(asked))
    if len(question) < LEAST_LETTERS:
        return NO_KEYS
    titles = snapshot.values("title", candidates).tolist()
    alike = np.array([fuzz.ratio(question, " ".join(words(title))) for title in titles])
    order = np.argsort(-alike, kind="stable")
    return candidates[order[alike[order] >= NEAR]]


def _named(snapshot: Snapshot, where: Where, asked: str) -> Keys:
    """A paper's own name is its title up to the colon, or an acronym in it."""
    name = words(asked)
    if len(name) not in OWN_NAME_WORDS:
        return NO_KEYS
    # Whether it is a name doesn't depend on the filters.
    holding = Phrase(("title",), asked)
    keys = snapshot.ordered("newest", _TITLES + 1, holding)
    if len(keys) > _TITLES:  # who had the name first is among the oldest
        keys = snapshot.ordered("newest", _TITLES, holding, snapshot.count(holding) - _TITLES)
    titles = snapshot.values("title", keys).tolist()
    written = [_head(title, name) for title in titles]
    if not any(written):
        written = [_acronym(title, name) for title in titles]
    has = np.array([bool(each) for each in written], np.bool_)
    if not 0 < np.count_nonzero(has) <= NAMESAKES or not _is_name(snapshot, written, titles):
        return NO_KEYS
    keys = keys[has]
    dates = snapshot.values("date", keys).astype(np.int64)
    keys = keys[np.argsort(np.where(dates > 0, dates, np.iinfo(np.int64).max), kind="stable")]
    return keys[snapshot.passes(keys, where)]


def names_among(snapshot: Snapshot, candidates: Sequence[str]) -> dict[str, str]:
    """Those of some folded words that papers are named by, as printed; for words of few papers.

    A hyphenated name is one word here: ``kvedit`` is ``KV-Edit``.
    """
    holding = Or(tuple(Phrase(("title",), each) for each in candidates))
    titles = snapshot.values("title", snapshot.ordered("newest", _MANY_TITLES, holding)).tolist()
    heads = {"".join(words(head)): head for head in map(_named_so, titles) if " " not in head}
    found: dict[str, str] = {}
    for each in candidates:
        acronyms = (_acronym(title, [each]).strip("()") for title in titles)
        if printed := heads.get(each) or next(filter(None, acronyms), ""):
            found[each] = printed
    return found


def _named_so(title: str) -> str:
    """A title up to the colon; empty without one."""
    head, *rest = _END_OF_NAME.split(title, maxsplit=1)
    return head if rest else ""


def _head(title: str, name: list[str]) -> str:
    """How a title writes a name that is all of it up to the colon; empty where it isn't."""
    head = _named_so(title)
    return head if head and words(head) == name else ""


def _acronym(title: str, name: list[str]) -> str:
    """The same of a name in parentheses."""
    return next((f"({each})" for each in _ACRONYM.findall(title) if words(each) == name), "")


def _is_name(snapshot: Snapshot, written: list[str], titles: list[str]) -> bool:
    """Whether words are a name where titles hold them, and not what many papers are about.

    Args:
        snapshot: Whose papers they are.
        written: For each title, how it writes the name of its own; empty where it has another.
        titles: That hold the words.
    """
    forms = {each for each in written if each}
    if len(titles) <= _HOLDING * sum(map(bool, written)):
        return True
    text = next(iter(forms))
    if text.startswith("(") or " " in text:  # "GUI Agents: A Survey"
        return False
    held = snapshot.document_frequencies(snapshot.stems(text))
    share = min(held, default=0) / max(1, snapshot.about.papers)
    if share < COMMON and not common_words().issuperset(words(text)):
        return True
    like = "|".join(re.escape(each) for each in forms if _LIKE_A_NAME.search(each))
    if not like or share >= FREQUENT:
        return False
    so = re.compile(rf"(?<!\w)(?:{like})(?!\w)")
    return 2 * sum(bool(so.search(title)) for title in titles) >= len(titles)


def _by_author(snapshot: Snapshot, where: Where, asked: str) -> Keys:
    if len(words(asked)) not in NAME_WORDS:
        return NO_KEYS
    author = both(where, any_of("author", (asked,), whole=True))
    return snapshot.ordered("newest", MAX_DEPTH, author)


def written_by(ranking: Ranking, known: KnownItems) -> Keys:
    """Papers by the author whose whole name the question is: in the ranking's order, then newest.

    None if it is no author's.
    """
    papers = known.by_author
    in_head = ranking.head[among(ranking.head, papers)]
    return np.concatenate([in_head, papers[~among(papers, in_head)]])
