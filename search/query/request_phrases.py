"""Finding request phrases in a question: "Can you recommend papers that discuss …".

Such words say nothing about the topic; they pull the vectors of all questions together, and match
papers that happen to hold them. They come in runs, at the start of a sentence or of a clause. A
run counts only when it shows that somebody asks: a person and a request ("could you suggest",
"I'm looking for"), a question after documents ("are there any studies", "which paper"), or
documents and what leads on to a topic ("articles about"). It ends where the topic can begin, so
that "can you recommend research paper classifiers" keeps "research paper". Where it is doubtful
the words stay: a word too many does less harm than a topic lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from indexer.papers.folding import fold
from search.query.vocabulary import (
    BEFORE_VERB,
    BEFORE_WISH,
    COURTESY,
    DOCUMENTS,
    FILLERS,
    HELPERS,
    HOLLOW,
    JOINING,
    KNOWN_FOR,
    LINKS,
    NAMED,
    NEAR,
    NO_TOPIC,
    OPENERS,
    PERSONS,
    PLAIN,
    RELATIVES,
    REQUESTS,
    SELF,
    STRONG,
    VAGUE,
    VERB,
    WISHES,
)

Tokens = Sequence[str | None]
Keys = Sequence[str]
Sign = Literal["request", "question", "naming"]
Kind = Literal["request", "link", "other", "topic"]

_EDGES = "\"'`*([{<>}]).,;:!?-–—…"
_APOSTROPHES = str.maketrans("’‘ʼ", "'''")
_UNTOUCHED = "not a word of a request"
_LONGEST = 40
"""Words in one run; nobody asks at greater length."""


def request_words(tokens: Tokens, *, needs_topic: bool = True) -> frozenset[int]:
    """The places of the words of request phrases.

    Args:
        tokens: The words of a question as typed, ``None`` for what must not be touched.
        needs_topic: Whether there is nothing else to go by than what remains.

    Returns:
        Indices into ``tokens``; none if nothing of a needed topic would remain.
    """
    keys = [key_of(token) for token in tokens]
    end = len(keys)
    while end and keys[end - 1] in COURTESY:
        end -= 1
    taken = set(range(end, len(keys)))
    kept = False
    for start, stop in _pieces(tokens[:end], ".?!"):
        found = set(_in_sentence(tokens, keys, start, stop, first=not kept))
        taken |= found
        kept = kept or len(found) < stop - start
    taken |= _naming(keys, taken)
    remain = (key for place, key in enumerate(keys) if place not in taken)
    return frozenset(() if needs_topic and NO_TOPIC.issuperset(remain) else taken)


def _naming(keys: Keys, taken: set[int]) -> set[int]:
    """Places of "the" and "paper" in "the LoRA paper", where nothing else is left."""
    left = [place for place in range(len(keys)) if place not in taken]
    first = left[0] if left else 0
    article = first if keys[first : first + 1] == ["the"] else first - 1
    inner = left[article == first : -1]
    if not (inner and keys[left[-1]] in NAMED and article >= 0 and keys[article] == "the"):
        return set()
    around = {place for place in inner if keys[place] in KNOWN_FOR}
    named = [keys[place] for place in inner if place not in around]
    if VAGUE.issuperset(named) or not NO_TOPIC.union(NAMED).isdisjoint(named):
        return set()
    return {article, left[-1]} | around


def key_of(token: str | None) -> str:
    """A word as it is compared: folded, without punctuation around it."""
    return _UNTOUCHED if token is None else fold(token.translate(_APOSTROPHES)).strip(_EDGES)


def _pieces(tokens: Tokens, marks: str) -> Iterator[tuple[int, int]]:
    """Start and stop of the parts that end in one of the marks."""
    start = 0
    for place, token in enumerate(tokens, start=1):
        if place == len(tokens) or (token and token.rstrip("\"')”").endswith(tuple(marks))):
            yield start, place
            start = place


def _in_sentence(
    tokens: Tokens, keys: Keys, start: int, stop: int, *, first: bool
) -> Iterator[int]:
    """Places in one sentence: all of it, or the start of it and of its clauses, and its end."""
    if _only_asks(keys[start:stop]):
        yield from range(start, stop)
        return
    begin = start + _run(keys[start:stop], "naming" if first else "question")
    yield from range(start, begin)
    for at, end in list(_pieces(tokens[begin:stop], ",;:"))[1:]:
        clause = keys[begin + at : begin + end]
        if begin + end == stop and _only_asks(clause):
            yield from range(begin + at, stop)
        elif clause[0] not in RELATIVES:
            least: Sign = "question" if _is_inverted(clause) else "request"
            yield from range(begin + at, begin + at + _run(clause, least))


def _is_inverted(clause: Keys) -> bool:
    """Whether it begins like a question ("but are there") and not like a relative clause."""
    return any(key in HELPERS for key in clause[clause[0] in JOINING :][:1])


def _only_asks(keys: Keys) -> bool:
    """Whether there is a request, or a question after documents, and no word of a topic."""
    signs = _Signs()
    for place, key in enumerate(keys):
        if key and key not in HOLLOW and _kind(key, *_before(keys, place)) == "topic":
            return False
        signs.read(key)
    return signs.shown("question")


def _run(keys: Keys, least: Sign) -> int:
    """How many words at the start are a request phrase, given the weakest sign that counts."""
    signs, length = _Signs(), 0
    for place in range(min(len(keys), _LONGEST)):
        kind = _kind(keys[place], *_before(keys, place))
        if kind == "topic":
            break
        signs.read(keys[place])
        if signs.shown("request" if kind == "request" else least) and kind != "other":
            length = place + 1
    return length


def _before(keys: Keys, place: int) -> tuple[str, str]:
    return (keys[place - 2] if place > 1 else "", keys[place - 1] if place else "")


def _kind(key: str, second: str, last: str) -> Kind:
    """What a word does after the two words before it.

    A verb right after a preposition or an article is part of a topic ("papers on cover crops").
    """
    if _is_request(key, second, last):
        return "request"
    if key in LINKS or (last in BEFORE_VERB and VERB.fullmatch(key)):
        return "link"
    if key == "with" and last.startswith("deal"):
        return "link"
    return "other" if key in PLAIN else "topic"


def _is_request(key: str, second: str, last: str) -> bool:
    if key in ("me", "us"):
        return last in REQUESTS
    if key in WISHES:
        return not last or last in SELF or last in BEFORE_WISH
    # "I find that" and "I will show" are words of abstracts, "can I find" is not.
    if last == "i":
        return key in REQUESTS and second in HELPERS
    announced = second in SELF and last in HELPERS
    return key in REQUESTS and not announced and (last in ("", "you") or last in BEFORE_WISH)


class _Signs:
    """What shows, word by word, that somebody asks; nothing read later can take it back."""

    def __init__(self) -> None:
        self._person = self._wish = self._opened = self._asked = self._named = False
        self._bare, self._last = True, ""

    def read(self, key: str) -> None:
        """Take in the next word."""
        self._person |= key in PERSONS
        self._wish |= key in REQUESTS or key in WISHES
        # "Are there any", not "There are many".
        self._opened |= key in OPENERS and (key != "there" or self._last in HELPERS)
        self._asked |= self._opened and key in DOCUMENTS
        self._named |= self._bare and self._last in STRONG and key in NEAR
        self._bare &= key in FILLERS or key in DOCUMENTS
        self._last = key

    def shown(self, least: Sign) -> bool:
        """Whether a sign at least as strong has been read."""
        request = self._person and self._wish
        question = request or (self._asked and least != "request")
        return question or (self._named and least == "naming")
