"""Whether a question is in a language that the default model doesn't know well."""

from __future__ import annotations

from indexer.folding import words

# Function words that no English question holds, of the languages most asked in.
_FOREIGN = frozenset(
    words(
        "der die das und ist wie ein eine nicht mit zu wird werden welche warum fur durch "
        "le les des une est et pour dans que qui sur avec comment quelle pourquoi aux "
        "el los las una para como con por cual porque sobre entre "
        "il lo gli della che sono perche nella "
        "os uma nao quais het een zijn voor niet hoe"
    )
)
_SHARE = 0.25
_HINT = "the question doesn't look English; the model knows English best, so try it in English"


def hint(text: str) -> tuple[str, ...]:
    """A warning for a question that doesn't look English, else nothing."""
    asked = words(text)
    if not asked:
        return ()
    letters = [letter for letter in text if letter.isalpha()]
    foreign_script = sum(ord(letter) > 0x24F for letter in letters) > 0.5 * len(letters)
    foreign_words = sum(word in _FOREIGN for word in asked)
    if foreign_script or (foreign_words >= 2 and foreign_words >= _SHARE * len(asked)):
        return (_HINT,)
    return ()
