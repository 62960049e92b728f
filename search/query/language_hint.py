"""Whether a question is in a language that the default model doesn't know well."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from indexer.papers.folding import words

# Function words that no English question holds, of the languages most asked in.
FOREIGN = frozenset(
    words(
        "der die das und ist wie ein eine nicht mit zu wird werden welche warum fur durch "
        "le les des une est et pour dans que qui sur avec comment quelle pourquoi aux "
        "el los las la de et du una para como con por cual porque sobre entre "
        "il lo gli della che sono perche nella "
        "os uma nao quais het een zijn voor niet hoe"
    )
)
_ENGLISH = frozenset(words("the of in for with and to how what is are on by from does can why"))
_SHARE = 0.25
_HINT = "the question doesn't look English; the model knows English best, so try it in English"


def hint(text: str, rare: Callable[[Sequence[str]], int]) -> tuple[str, ...]:
    """A warning for a question that doesn't look English, else nothing.

    Args:
        text: The question.
        rare: How many of some words the papers hardly ever use.
    """
    asked = words(text)
    if not asked:
        return ()
    if is_foreign(text):
        return (_HINT,)
    if len(asked) <= 2 or not _ENGLISH.isdisjoint(asked):
        return ()
    others = [word for word in asked if len(word) > 2 and word not in FOREIGN]
    strange = sum(len(word) > 2 for word in asked) - len(others) + rare(others)
    return (_HINT,) if strange > 0.6 * len(asked) else ()


def is_foreign(text: str) -> bool:
    """Whether the script or two function words show that a question isn't English."""
    asked, letters = words(text), [letter for letter in text if letter.isalpha()]
    # A letter alone is a sign, as in "π0".
    foreign_script = len(letters) > 1 and (
        sum(ord(letter) > 0x24F for letter in letters) > 0.5 * len(letters)
    )
    known = sum(word in FOREIGN for word in asked)
    return foreign_script or (known >= 2 and known >= _SHARE * len(asked))
