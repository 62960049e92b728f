"""One word of a question written in another way: hyphens, typing errors, British spelling."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from string import ascii_lowercase

from tests.bench.corpus import Corpus
from tests.bench.drawing import Asked, content_words, nicknames

WINDOW = 5
"""Words of a title that are asked, next to each other but for words that say nothing alone."""
LEAST_LETTERS = 5
"""Of a word with a typing error: one letter makes shorter ones into other words."""
LEAST_NICKNAME = 4
LEAST_PAPERS = 3
"""That have to write a word with a hyphen: fewer are left from the ends of lines."""

_HYPHENATED = re.compile(r"[^\W\d_]{2,}-[^\W\d_]{2,}")
_KEPT = re.compile(r"(?:re|over|out|down|under|cap)?siz|priz|seiz|maiz|ooz|doz|gaz|fuzz|quiz")
_BRITISH: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(\w{2,})iz(e[sdr]?|ers|ing|ations?|ational|able|ability)"), r"\1is\2"),
    (re.compile(r"(\w+)yz(e[sdr]?|ers|ing)"), r"\1ys\2"),
    (re.compile(r"(behavi|col|fav|flav|harb|hon|hum|lab|neighb|rum|tum|vap)or"
                r"(s|ed|ing|al|able|hoods?|less)?"), r"\1our\2"),
    (re.compile(r"(cent|fib|theat|lit|calib|spect)er(s|ed)?"), r"\1re\2"),
    (re.compile(r"(\w*(?:model|label|signal|travel|cancel|level|channel|fuel))(ed|ing|ers?)"),
     r"\1l\2"),
    (re.compile(r"(def|off)ense(s?)"), r"\1ence\2"),
    (re.compile(r"(catal|anal|dial)og(s?)"), r"\1ogue\2"),
    (re.compile(r"artifact(s?)"), r"artefact\1"),
    (re.compile(r"gray(\w*)"), r"grey\1"),
    (re.compile(r"aging"), r"ageing"),
    (re.compile(r"skeptic(\w*)"), r"sceptic\1"),
    (re.compile(r"(\w*)fulfill"), r"\1fulfil"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Varied:
    """One question in two spellings."""

    written: str
    varied: str
    right: frozenset[str]


Respell = Callable[[str], str]
"""Another spelling of a word in small letters; empty where there is none."""


def in_titles(corpus: Corpus, chance: Random, respell: Respell) -> Iterator[Varied]:
    """Five words of a title, as written and with one varied; small words between are left out."""
    for paper in corpus.shuffled(chance):
        words = content_words(paper.title)
        places = [place for place, word in enumerate(words) if respell(word)]
        if len(words) < WINDOW or not places:
            continue
        place = chance.choice(places)
        first = max(0, place - WINDOW + 1)
        start = chance.randint(first, max(first, min(place, len(words) - WINDOW)))
        varied = [*words[:place], respell(words[place]), *words[place + 1 :]]
        yield Varied(
            " ".join(words[start : start + WINDOW]),
            " ".join(varied[start : start + WINDOW]),
            corpus.same_title(paper),
        )


def joined(corpus: Corpus, chance: Random) -> Iterator[Varied]:
    """``fine-tuning`` as ``finetuning``."""
    return in_titles(corpus, chance, lambda word: _joined(word) if "-" in word else "")


def hyphenated(corpus: Corpus, chance: Random) -> Iterator[Varied]:
    """``finetuning`` as ``fine-tuning``, where papers write it so."""
    forms = hyphenated_forms(corpus)
    return in_titles(corpus, chance, lambda word: forms.get(word, ""))


def british(corpus: Corpus, chance: Random) -> Iterator[Varied]:
    """``optimization`` as ``optimisation``."""
    return in_titles(corpus, chance, to_british)


def misspelt(corpus: Corpus, chance: Random) -> Iterator[Varied]:
    """With one typing error."""
    seed = chance.random()

    def respell(word: str) -> str:
        long = len(word) >= LEAST_LETTERS and word.isalpha() and word.isascii()
        # By the word, so that both looks at it give the same error.
        return mistyped(corpus, word, Random(f"{seed}{word}")) if long else ""  # noqa: S311

    return in_titles(corpus, chance, respell)


def misspelt_nicknames(corpus: Corpus, chance: Random) -> Iterator[Asked]:
    """Names of papers with one typing error."""
    for asked in nicknames(corpus, chance, LEAST_NICKNAME):
        if wrong := mistyped(corpus, asked.text, chance):
            yield Asked(wrong, asked.right)


def _joined(word: str) -> str:
    return word.replace("-", "") if _HYPHENATED.fullmatch(word) else ""


def hyphenated_forms(corpus: Corpus) -> Mapping[str, str]:
    """By joined words the form with a hyphen that most papers write."""
    forms: dict[str, str] = {}
    for word, papers in corpus.held.most_common():
        if papers < LEAST_PAPERS:
            break
        if (one := _joined(word)) and one in corpus.held:
            forms.setdefault(one, word)
    return forms


def to_british(word: str) -> str:
    """The British spelling of an American word in small letters; empty where there is none."""
    if _KEPT.match(word):
        return ""
    for american, form in _BRITISH:
        if american.fullmatch(word):
            return american.sub(form, word)
    return ""


def mistyped(corpus: Corpus, word: str, chance: Random) -> str:
    """A word with one typing error behind its first letter; empty where all give real words."""
    for _ in range(10):
        wrong = _mistyped(word, chance)
        if wrong.lower() != word.lower() and wrong.lower() not in corpus.held:
            return wrong
    return ""


def _mistyped(word: str, chance: Random) -> str:
    """Two letters swapped, or one left out, doubled or replaced."""
    places = [place for place in range(1, len(word)) if word[place].isalpha()]
    if not places:
        return word
    place, error = chance.choice(places), chance.choice(("swap", "drop", "double", "replace"))
    before, letter, after = word[:place], word[place], word[place + 1 :]
    if error == "swap":
        return before + after[:1] + letter + after[1:]
    if error == "drop":
        return before + after
    if error == "double":
        return before + letter + letter + after
    return before + chance.choice(ascii_lowercase) + after
