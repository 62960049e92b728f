"""Names of people in their natural order, as databases write them otherwise."""

from __future__ import annotations

import re

_GENERATIONS = frozenset(("jr", "sr", "ii", "iii", "iv", "2nd", "3rd", "4th", "5th"))
_NOBODY = re.compile(
    r"\[\s*(?:no authors?(?: names?)?(?: (?:available|listed|provided))?|anonymous)\s*\]",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\s0\d{3}(?=$|,)", re.ASCII)


def natural_name(name: str) -> str:
    """``Tester A.B.`` as ``A. B. Tester``, ``Wei Wang 0001`` as ``Wei Wang``; others as they are.

    Initials behind a name are written so by Scopus and Embase; with numbers DBLP tells namesakes
    apart.
    """
    if not name.endswith(".") and "0" not in name:
        return name
    words = unnumbered(name).split()
    count = len(words)
    while count and _is_initials(words[count - 1]):
        count -= 1
    family, initials = words[:count], words[count:]
    if not initials or not family or not all(map(_is_family, family)):
        return " ".join(words)
    spaced = re.sub(r"\.(?=[^\W\d_])", ". ", " ".join(initials))
    return f"{spaced} {' '.join(family)}"


def is_nobody(name: str) -> bool:
    """Whether it is what Scopus, PubMed and Web of Science write where they know no author."""
    return name.startswith("[") and _NOBODY.fullmatch(name) is not None


def unnumbered(name: str) -> str:
    """A name without the four digits that DBLP puts behind it, or behind its last name."""
    bare = _NUMBERED.sub("", name)
    return bare if any(letter.isalpha() for letter in bare) else name


def swapped(name: str) -> str:
    """``Tester AB`` as ``A. B. Tester``: initials without dots, as MEDLINE and WoS write them.

    What tells a son from his father stays behind: ``Tester AB 2nd``. ``Petrov IV`` has initials.
    """
    bare, generation = without_generation(name)
    found = _swapped(bare) if generation else ""
    return f"{found} {generation}" if found else _swapped(name.strip()) or name


def without_generation(name: str) -> tuple[str, str]:
    """``Tester AB Jr`` as ``Tester AB`` and ``Jr``; the second is empty where nothing is told."""
    bare, _, last = name.strip().rpartition(" ")
    told = bare and last.rstrip(".").lower() in _GENERATIONS
    return (bare.rstrip(", "), last) if told else (name, "")


def _swapped(name: str) -> str:
    """The name turned round, empty where it doesn't end with initials."""
    family, _, initials = name.rpartition(" ")
    family = family.rstrip(", ")
    bare = initials.replace("-", "")
    if not family or not bare.isalpha() or not bare.isupper() or len(bare) > 4:
        return ""
    return " ".join((*(f"{letter}." for letter in bare), family))


def _is_initials(word: str) -> bool:
    """Such as ``A.``, ``A.B.`` or ``J.-P.``: capitals alone, each with its dot."""
    pieces = [piece.strip("-") for piece in word.split(".")]
    *letters, rest = pieces
    return bool(letters) and not rest and all(len(one) == 1 and one.isupper() for one in letters)


def _is_family(word: str) -> bool:
    return "." not in word and "," not in word and any(letter.isalpha() for letter in word)
