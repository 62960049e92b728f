"""How text becomes the words that are looked up: the same for papers and questions, on every store.

Tantivy's analysers do most of the work. Words are folded (case, accents); in titles and abstracts
stop words are dropped, British spellings become American (``spellings.py``) and the rest is
stemmed; in names words are kept as they are.

A hyphenated word is looked up by its parts and as one: *fine-tuning* is *fine*, *tuning* and
*finetuning*. So the words of a text can be counted off in two ways, with hyphenated words as
several or as one; a phrase stands in a text if it does in one way of counting the words of either.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache, wraps
from itertools import chain, repeat
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from indexer.spellings import american

if TYPE_CHECKING:
    import tantivy

Key = TypeVar("Key")
R = TypeVar("R")

TOKENS = 2
"""Version of what is made of a text, kept with every index. In 1, hyphens parted words, British and
American spellings were different words, and *C++* and *C#* were *C*."""
MAX_TERMS = 128
"""Different words of a question that are looked up: those of the fewest papers. A whole abstract
has some 80; the common ones cost the most time and tell the least."""
AUTHOR_WEIGHT = 0.5
"""Of a word found among the authors, against one in title or abstract."""
PART_WEIGHT = 0.5
"""Of a part of a hyphenated word in a question, against the whole: two weigh like one word."""

NO_WORDS = "ꙮ"
"""Stands in a field that has no words, so that BM25 counts all papers for every field as it should;
a letter that was written once, in 1429."""
GAP = "_"
"""Stands in a phrase field for a word that isn't looked up; no text has it for a word."""
_APART = " ".join([GAP] * (MAX_TERMS + 1))
"""Between two ways of counting words: longer than any phrase that is looked up."""

_CACHED = 100_000
_SHORT = 64
"""Letters of a piece of a text whose words are kept; without spaces, as in Chinese, pieces are long
and come but once."""
_LAST = 8
"""Texts whose words are kept: one after the other, each is needed for several fields."""
EDGES = ".,;:!?()[]{}'\"$“”‘’"
"""Signs about words, without which most pieces of a text are known from others."""
_SURROGATES = re.compile("[\ud800-\udfff]")
_ACCENTS = re.compile("[\u0300-\u036f]")
_HYPHEN = re.compile("[-\u2010-\u2013]")
_LETTERS = r"[\p{Alphabetic}\p{N}][\p{Alphabetic}\p{N}\p{M}]*"
_LANGUAGE = r"[A-Za-z](?:\+\+|#)"
"""``C++``, ``C#``: what follows the letter tells it from others."""
_PART = rf"(?:{_LANGUAGE}|{_LETTERS})"
_LONG = 60
"""Bytes from which on a word is no word and is left out."""
_MAX_PARTS = 5
"""Longer chains are lists or addresses and not written as one word."""


def _kept(read: Callable[..., R]) -> Callable[..., R]:
    """Keeps what comes of short texts, so that memory is bounded whatever is read."""
    kept = lru_cache(_CACHED)(read)

    @wraps(read)
    def looked_up(text: str, *tokens: int) -> R:
        return (kept if len(text) <= _SHORT else read)(text, *tokens)

    return looked_up


class Word(NamedTuple):
    """A word of a text, with what it is looked up by.

    Attributes:
        parts: The stem of each part of a hyphenated word, of any other word its own; empty for a
            part that isn't looked up.
        whole: The stem of a hyphenated word written as one, of any other word its parts.
        stems: All that is looked up, of a hyphenated word first the whole.
    """

    parts: tuple[str, ...]
    whole: tuple[str, ...]
    stems: tuple[str, ...]

    @property
    def is_hyphenated(self) -> bool:
        """Whether it is looked up as one, too."""
        return self.whole != self.parts

    @property
    def ways(self) -> tuple[tuple[str, ...], ...]:
        """The stems of each way to write it."""
        each = (tuple(filter(None, way)) for way in (self.whole, self.parts))
        return tuple(dict.fromkeys(way for way in each if way))

    @classmethod
    def of(cls, parts: tuple[str, ...], joined: str = "") -> Word:
        """A word by the stems of its parts, and that of a hyphenated one written as one."""
        whole = (joined,) if joined else parts
        return cls(parts, whole, tuple(filter(None, (joined, *parts))))


class Asked(NamedTuple):
    """What a question is looked up by.

    Attributes:
        stems: Of words without hyphens, with their weights.
        hyphenated: Words with hyphens, with theirs. In a paper either the whole counts, or the
            parts by :data:`PART_WEIGHT`, whichever scores higher: as papers write it in one way.
    """

    stems: dict[str, float]
    hyphenated: dict[Word, float]

    def every(self) -> list[str]:
        """All stems, each once."""
        of_words = (stem for word in self.hyphenated for stem in word.stems)
        return list(dict.fromkeys([*self.stems, *of_words]))


@cache
def english() -> tantivy.TextAnalyzer:
    """Folds, drops stop words, stems."""
    from tantivy import Filter

    return _folding().filter(Filter.stopword("english")).filter(Filter.stemmer("english")).build()


@cache
def plain() -> tantivy.TextAnalyzer:
    """Folds and keeps every word."""
    return _folding().build()


def _folding() -> tantivy.TextAnalyzerBuilder:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(_LONG))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
    )


def words(text: str, tokens: int = TOKENS) -> tuple[Word, ...]:
    """The words of a text in order, by the rules of a version of the tokens."""
    return _words(text, tokens)


@lru_cache(_LAST)
def _words(text: str, tokens: int) -> tuple[Word, ...]:
    return tuple([word for piece in text.split() for word in _of_piece(piece, tokens)])


def _of_piece(piece: str, tokens: int) -> tuple[Word, ...]:
    """The words between two spaces."""
    read = _read if tokens > 1 else _read_as_before
    return read(piece.strip(EDGES))


def stems(text: str, tokens: int = TOKENS) -> list[str]:
    """The words of a text as titles and abstracts are looked up by."""
    return list(chain.from_iterable(map(_stems, text.split(), repeat(tokens))))


@_kept
def _stems(piece: str, tokens: int) -> tuple[str, ...]:
    bare = piece.strip(EDGES)
    if tokens > 1 and bare.isascii() and bare.isalnum():
        stem = _stem(bare)
        return (stem,) if stem else ()
    return tuple(stem for word in _of_piece(piece, tokens) for stem in word.stems)


def all_words(text: str, tokens: int = TOKENS) -> list[tuple[tuple[str, ...], ...]]:
    """What a paper holds that holds all words of a text: of the first :data:`MAX_TERMS`.

    For each word the ways to write it, as the stems of each: a hyphenated word is held as one or in
    parts.
    """
    found = dict.fromkeys(word.ways for word in words(text, tokens) if word.stems)
    return list(found)[:MAX_TERMS]


def names(text: str) -> list[str]:
    """The words of a text as authors are looked up by."""
    return list(plain().analyze(_SURROGATES.sub(" ", text)))


def asked(text: str, tokens: int = TOKENS) -> Asked:
    """What a question is looked up by; a word that stands four times counts twice."""
    found = words(text, tokens)
    unhyphenated = Counter(stem for word in found if not word.is_hyphenated for stem in word.stems)
    hyphenated = Counter(word for word in found if word.is_hyphenated)
    return Asked(_weights(unhyphenated), _weights(hyphenated))


def _weights(counts: Counter[Key]) -> dict[Key, float]:
    return {key: count**0.5 for key, count in counts.items()}


def phrases(text: str, tokens: int = TOKENS) -> list[list[tuple[int, str]]]:
    """The stems of a phrase, each with its place: one list for each way of counting its words.

    A stop word isn't looked up but keeps its place; the first stem of a list is at 0. Only the
    first :data:`MAX_TERMS` words are looked up.
    """
    found = []
    for reading in _readings(words(text, tokens)):
        placed = [(place, stem) for place, stem in enumerate(reading[:MAX_TERMS]) if stem]
        if placed:
            found.append([(place - placed[0][0], stem) for place, stem in placed])
    return found


def scored_text(*texts: str) -> str:
    """Some texts as they stand in the field that BM25 scores, with spaces between the stems."""
    pieces = (map(_as_indexed, text.split()) for text in texts)
    return _joined([piece.scored for piece in chain.from_iterable(pieces) if piece.scored])


def names_text(texts: Iterable[str]) -> str:
    """Names as they stand in their field, with spaces between the words."""
    return _joined(word for text in texts for word in names(text))


def phrase_text(text: str) -> str:
    """A text as it stands in the field that phrases are looked up in, with spaces between stems."""
    pieces = list(map(_as_indexed, text.split()))
    apart = " ".join([piece.apart for piece in pieces if piece.apart])
    joined = " ".join([piece.joined for piece in pieces if piece.joined])
    return apart if joined == apart else f"{apart} {_APART} {joined}"


def placed(text: str) -> frozenset[tuple[int, str]]:
    """The stems of :func:`phrase_text` with their places."""
    stems = enumerate(phrase_text(text).split())
    return frozenset((place, stem) for place, stem in stems if stem != GAP)


def _joined(found: Iterable[str]) -> str:
    return " ".join(found) or NO_WORDS


class _AsIndexed(NamedTuple):
    """A piece of a text between two spaces, as it stands in the fields of a paper.

    Attributes:
        scored: In the field that BM25 scores.
        apart: In the fields of phrases, a hyphenated word as several.
        joined: There, a hyphenated word as one.
    """

    scored: str
    apart: str
    joined: str


@_kept
def _as_indexed(piece: str) -> _AsIndexed:
    bare = piece.strip(EDGES)
    if bare.isascii() and bare.isalnum():  # one word, as most pieces are
        stem = _stem(bare)
        return _AsIndexed(stem, stem or GAP, stem or GAP)
    found = _of_piece(bare, TOKENS)
    scored = " ".join(stem for word in found for stem in word.stems)
    ways = [" ".join(stem or GAP for stem in reading) for reading in _readings(found)]
    return _AsIndexed(scored, ways[0], ways[-1])


def _readings(found: Sequence[Word]) -> list[list[str]]:
    """The stem of each word, with hyphenated words as several, and if there are any, as one."""
    apart = [stem for word in found for stem in word.parts]
    joined = [stem for word in found for stem in word.whole]
    return [apart] if joined == apart else [apart, joined]


@_kept
def _read(piece: str) -> tuple[Word, ...]:
    """The words of a piece without signs about it, by the rules of version 2."""
    if piece.isascii() and piece.isalnum():  # one word; most pieces are, a third of the time
        return (Word.of((_stem(piece),)),)
    return tuple(map(_word, _tokens().analyze(_SURROGATES.sub(" ", piece))))


@_kept
def _read_as_before(piece: str) -> tuple[Word, ...]:
    """The same by the rules of version 1."""
    found = plain().analyze(_SURROGATES.sub(" ", piece))
    return tuple(Word.of(("".join(english().analyze(word)),)) for word in found)


@cache
def _tokens() -> tantivy.TextAnalyzer:
    from tantivy import TextAnalyzerBuilder, Tokenizer

    hyphenated = rf"{_PART}(?:[-\u2010-\u2013]{_PART})*"
    return TextAnalyzerBuilder(Tokenizer.regex(hyphenated)).build()


def _word(token: str) -> Word:
    parts = _HYPHEN.split(unicodedata.normalize("NFC", token))
    stems = tuple(map(_stem, parts))
    if not 1 < len(parts) <= _MAX_PARTS or all(part.isdigit() for part in parts):
        return Word.of(stems)
    return Word.of(stems, _stem("".join(parts)))


@_kept
def _stem(word: str) -> str:
    """The stem of a word without hyphens; empty for one that isn't looked up."""
    if word.endswith(("++", "#")):
        return word.lower()
    if word.isascii() and word.isalnum() and len(word) < _LONG:  # most words, ten times as fast
        folded = word.lower()
    else:
        folded = "".join(plain().analyze(_ACCENTS.sub("", word)))
    return "".join(english().analyze(american(folded)))
