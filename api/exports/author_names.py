"""Authors' names in their parts, as far as print tells them.

A name as printed doesn't say which of its words are the family's. The last one is taken, with the
particles before it; one word, and what reads like a group of people, stays whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SUFFIX = re.compile(r"(?:jr|sr)\.?|I{2,3}|IV", re.IGNORECASE)
_PARTICLES = frozenset(
    (
        *("af", "al", "bin", "da", "das", "de", "del", "della", "den", "der", "di", "do", "dos"),
        *("du", "el", "ibn", "la", "le", "ten", "ter", "van", "von", "zu", "zum", "zur", "'t"),
    )
)
_OF_THE_FAMILY = frozenset(("De", "Del", "Della", "Dos", "Van", "Von"))
"""Written large they sort with the name: Luc Van Gool is a Van Gool, Jan van Eyck an Eyck."""
_GROUP = re.compile(
    r"\b(?:collaboration|consortium|team|group|project|society|committee|authors?|et al)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name in parts; of a group, or a name of one word, only ``literal`` is there."""

    given: str = ""
    particle: str = ""
    family: str = ""
    suffix: str = ""
    literal: str = ""

    @property
    def inverted(self) -> str:
        """Such as ``van den Berg, Jan`` or ``King, Martin Luther, Jr.``."""
        if self.literal:
            return self.literal
        last = f"{self.particle} {self.family}".strip()
        return ", ".join(part for part in (last, self.given, self.suffix) if part)


def name_parts(name: str) -> PersonName:
    """The parts of a name, printed in its natural order or with commas."""
    printed = " ".join(name.split())
    if _GROUP.search(printed) or not printed.strip(", "):
        return PersonName(literal=printed)
    if "," in printed:
        return _with_commas([part.strip() for part in printed.split(",") if part.strip()])
    words = printed.split(" ")
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""
    if len(words) < 2:
        return PersonName(literal=printed)
    start = _family_start(words)
    return _of(" ".join(words[:start]), words[start:], suffix)


def _with_commas(parts: list[str]) -> PersonName:
    """``Last, First``, and a suffix in either of the places where people put it."""
    suffix = next((part for part in parts[1:] if _SUFFIX.fullmatch(part)), "")
    last, *first = [part for part in parts if part is not suffix]
    if not first:
        whole = name_parts(last) if last else PersonName()
        return PersonName(whole.given, whole.particle, whole.family, suffix, whole.literal)
    return _of(" ".join(first), last.split(), suffix)


def _family_start(words: list[str]) -> int:
    """Where the particles and the family name begin; at least one word stands before."""
    start = len(words) - 1
    while start > 1 and (words[start - 1] in _PARTICLES or words[start - 1] in _OF_THE_FAMILY):
        start -= 1
    return start


def _of(given: str, last: list[str], suffix: str) -> PersonName:
    count = 0
    while count < len(last) - 1 and last[count] in _PARTICLES:
        count += 1
    return PersonName(given, " ".join(last[:count]), " ".join(last[count:]), suffix)
