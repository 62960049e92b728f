"""The marks in a question: quotes, a leading minus, prefixes such as ``ti:``, AND, OR, ANDNOT."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["word", "all", "phrase", "minus", "ti", "abs", "au", "cat", "venue", "year"]

MAX_CLAUSES = 50
"""Marked clauses of one question; further ones are plain words."""

QUOTES = str.maketrans("“”„‟″«»＂", '""""""""')
"""Signs that are read as the plain quote."""
_CLAUSE = re.compile(
    r"""\s*+(?P<typed>
        (?P<minus>-)?
        (?:(?P<prefix>ti|au|abs|cat|venue|year|all|submittedDate):)?
        (?:
            (?P<open>\(*+)"(?P<phrase>[^"]*+)"(?P<close>[^\w\s"]*+)(?!\S)
            | \[(?P<first>\d{8,14})[ ]TO[ ](?P<last>\d{8,14})\](?!\S)
            | (?P<word>\S++)
        ))""",
    re.VERBOSE | re.IGNORECASE,
)
_EDGES = ".,;:!?()[]{}'\""
_EXCLUDABLE = re.compile(r"[^\W\d_](?:\+\+|#)|(?=.*[^\W\d_])\w.+")
"""A minus before a number or a single letter is no exclusion ("-1", "x -y")."""
_CATEGORY = re.compile(r"([\w-]+(?:\.[\w-]+)*)(?:\.?\*)?")
"""``cs.CL``, ``cs.*``, ``68T50``, ``I.2.7``; any other has to be quoted."""
_YEARS = re.compile(r"([12]\d{3})?(\.\.|-|–)?([12]\d{3})?[.,;:!?)]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a question between spaces.

    Attributes:
        kind: What the mark says; ``word`` where there is none.
        value: Without the marks; the years or days of ``year`` as ``first..last``.
        typed: With them.
        text: What of it is searched for as plain words; empty for exclusions and filters.
    """

    kind: Kind
    value: str
    typed: str
    text: str

    @property
    def marked(self) -> bool:
        """Whether it isn't just a word."""
        return self.kind != "word"

    def as_word(self) -> Clause:
        """The same as plain words."""
        text = self.text or self.typed
        return Clause("word", text, self.typed, text)

    def as_exclusion(self) -> Clause:
        """The same behind a minus; authors, categories, venues and years can't be excluded."""
        value = self.value.strip(_EDGES)
        if self.kind == "minus":
            return self
        return (
            replace(self, kind="minus", value=value, text="")
            if self.text and value
            else self.as_word()
        )


def read_clauses(asked: str) -> list[Clause]:
    """The clauses of a question whose white space is folded, in order."""
    clauses: list[Clause] = []
    marked = 0
    for match in _CLAUSE.finditer(asked.translate(QUOTES)):
        typed = asked[slice(*match.span("typed"))]
        found = _marked(match, typed, asked) if marked < MAX_CLAUSES else None
        clause = found or Clause("word", typed, typed, typed)
        marked += clause.marked
        clauses.append(clause)
    return clauses


def connected(clauses: Sequence[Clause]) -> Iterator[list[Clause]]:
    """What must hold side by side; within one list, any of its clauses will do.

    ``AND``, ``OR`` and ``ANDNOT`` are read beside marked clauses only. ``OR`` joins authors,
    categories or venues; anything else that it joins becomes plain words.
    """
    chain: list[Clause] = []
    operator = ""
    for place, clause in enumerate(clauses):
        if _is_operator(clauses, place):
            operator = clause.typed
            continue
        joined = clause.as_exclusion() if operator == "ANDNOT" else clause
        if operator == "OR":
            chain.append(joined)
        else:
            yield from _settled(chain)
            chain = [joined]
        operator = ""
    yield from _settled(chain)


def _settled(chain: list[Clause]) -> Iterator[list[Clause]]:
    kinds = {clause.kind for clause in chain}
    if len(chain) < 2 or kinds in ({"au"}, {"cat"}, {"venue"}):
        yield from [chain] if chain else []
    else:
        yield from ([clause.as_word()] for clause in chain)


def _is_operator(clauses: Sequence[Clause], place: int) -> bool:
    if clauses[place].typed not in ("AND", "OR", "ANDNOT") or not 0 < place < len(clauses) - 1:
        return False
    return clauses[place - 1].marked or clauses[place + 1].marked


def _marked(match: re.Match[str], typed: str, asked: str) -> Clause | None:
    """The clause that a match stands for, if it has marks and is well formed."""
    prefix, minus = (match["prefix"] or "").lower(), bool(match["minus"])
    quoted = match["phrase"] is not None
    raw = asked[slice(*match.span("phrase" if quoted else "word"))].strip()
    if prefix in ("year", "submitteddate"):
        period = _period(match, raw)
        return Clause("year", period, typed, "") if period and not minus else None
    value = raw if quoted else raw.strip(_EDGES)
    if not (any(letter.isalnum() for letter in value) and (quoted or raw.startswith(value))):
        return None
    if minus:
        can = prefix not in ("au", "cat", "venue") and (quoted or _EXCLUDABLE.fullmatch(value))
        return Clause("minus", value, typed, "") if can else None
    text = (match["open"] or "") + raw + (match["close"] or "")
    return _prefixed(prefix, value, typed, text, quoted=quoted)


def _prefixed(prefix: str, value: str, typed: str, text: str, *, quoted: bool) -> Clause | None:
    if prefix in ("au", "venue"):
        kind: Kind = "au" if prefix == "au" else "venue"
        return Clause(kind, value.replace("_", " ").strip(), typed, "")
    if prefix == "cat":
        category = _CATEGORY.fullmatch(value)
        named = category[1] if category else value if quoted else None
        return Clause("cat", named, typed, "") if named else None
    if prefix in ("ti", "abs"):
        return Clause("ti" if prefix == "ti" else "abs", value, typed, text)
    if quoted:
        return Clause("phrase", value, typed, text)
    return Clause("all", value, typed, text) if prefix else None


def _period(match: re.Match[str], raw: str) -> str:
    """First and last year or day with ``..`` between them; empty if they aren't given."""
    if match["first"]:
        first, last = (match[name] for name in ("first", "last"))
        return f"{first[:4]}-{first[4:6]}-{first[6:8]}..{last[:4]}-{last[4:6]}-{last[6:8]}"
    years = _YEARS.fullmatch(raw)
    if not years or not (years[1] or years[3]) or (years[3] and not years[2]):
        return ""
    return f"{years[1] or ''}..{years[3] or ''}" if years[2] else f"{years[1]}..{years[1]}"
