"""Whether a question is in a language that the default model doesn't know well."""

from __future__ import annotations

from collections.abc import Callable

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


def hint(text: str, is_rare: Callable[[str], bool]) -> tuple[str, ...]:
    """A warning for a question that doesn't look English, else nothing.

    Args:
        text: The question.
        is_rare: Whether the papers hardly ever use a word.
    """
    asked = words(text)
    if not asked:
        return ()
    letters = [letter for letter in text if letter.isalpha()]
    foreign_script = sum(ord(letter) > 0x24F for letter in letters) > 0.5 * len(letters)
    known = sum(word in FOREIGN for word in asked)
    foreign_words = known >= 2 and known >= _SHARE * len(asked)
    rare = sum(word in FOREIGN or is_rare(word) for word in asked if len(word) > 2)
    rare_words = len(asked) > 2 and rare > 0.6 * len(asked) and _ENGLISH.isdisjoint(asked)
    return (_HINT,) if foreign_script or foreign_words or rare_words else ()
