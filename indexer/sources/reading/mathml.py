"""Elements of mark-up as text: formulas on one line, the way that people type them.

``<msub><mi>CO</mi><mn>2</mn></msub>`` becomes ``CO2``, a fraction ``a/b``, a root ``√x``. Where a
formula that needs more than letters, indices and signs comes with its LaTeX, that is taken.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


def named(names: str) -> frozenset[str]:
    """Names that stand in one text, with spaces between them."""
    return frozenset(names.split())


MATH = named(
    "math maction menclose merror mfenced mfrac mglyph mi mlabeledtr mmultiscripts mn mo mover "
    "mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd "
    "mtext mtr munder munderover none semantics annotation annotation-xml"
)
"""Names of MathML's elements (https://www.w3.org/TR/mathml-core/)."""

_TEX = named("tex tex-math annotation equationsource")
_HARD = named("mfrac mroot msqrt mover munder munderover mmultiscripts mtable")
_LEAVES = named("mi mn mo mtext ms")
_FORMS = named("semantics alternatives inlineequation")
_UNSEEN = named("annotation-xml mphantom mprescripts none")
_SPACED = frozenset((*"=<>≤≥≪≫≈≠≡∼~≃≅∝∈∉⊂⊆⊃∪∩→↔⇒⇔↦±∓×+-−∧∨", ":="))
_PAUSES = frozenset(",;")
_SIGNS = frozenset("+-−±∓")
_INVISIBLE = re.compile("[\u2061-\u2064\u200b]")
_DOCUMENT = re.compile(r"\\begin\{document\}(.*?)(?:\\end\{document\}|\Z)", re.DOTALL)
_NUMBER = re.compile(r"[-+−]?\d+(?:[.,]\d+)?")
_RAISED = re.compile(r"[-+−]?\w+(?:[.,]\w+)?")
_WORD = re.compile(r"[\w.]*")


class Part(NamedTuple):
    """What an element holds, in order: text (without a name), or an element as text."""

    name: str
    text: str
    hard: bool = False


@dataclass(slots=True)
class Element:
    """An element that is being read.

    Attributes:
        name: Without a namespace, lower case; empty for the whole text.
        attributes: As they are written.
        parts: What was read of it.
        hard: Whether a formula is within that loses its form on one line.
    """

    name: str
    attributes: str = ""
    parts: list[Part] = field(default_factory=list)
    hard: bool = False

    def add(self, text: str, element: Element | None = None) -> None:
        """Put text, or an element that ended, behind what is there."""
        name = element.name if element else ""
        self.hard |= element is not None and (element.hard or name in _HARD)
        if name in ("sup", "superscript") and self.name not in MATH:
            text = f"^{text}" if self._ends_in_digit() and _NUMBER.fullmatch(text) else text
        if text or name:
            self.parts.append(Part(name, text, self.hard))

    def _ends_in_digit(self) -> bool:
        return bool(self.parts) and self.parts[-1].text[-1:].isdigit()


def rendered(element: Element) -> str:
    """The element as text."""
    name, parts = element.name, element.parts
    if name in _FORMS:
        return _chosen(parts, hard=element.hard)
    if name in _TEX:
        return _latex(_joined(parts)) if _is_latex(element) else ""
    if name in _UNSEEN:
        return ""
    if name in _LEAVES:
        return " ".join(_INVISIBLE.sub("", _joined(parts)).split())
    return _formula(name, parts) if name in MATH else _joined(parts)


def _is_latex(element: Element) -> bool:
    named_so = element.name in ("tex", "tex-math")
    return named_so or "tex" in element.attributes.lower()


def _formula(name: str, parts: Sequence[Part]) -> str:
    if name == "mspace":
        return " "
    children = [part for part in parts if part.name or part.text.strip()]
    shape = _SHAPES.get((name, len(children)))
    if shape:
        return shape(*(part.text.strip() for part in children))
    if name == "mfenced":
        return f"({', '.join(part.text.strip() for part in children)})"
    return _row(children, root=name == "msqrt")


def _joined(parts: Sequence[Part]) -> str:
    return parts[0].text if len(parts) == 1 else "".join(part.text for part in parts)


def _chosen(parts: Sequence[Part], *, hard: bool) -> str:
    """Of several forms of one formula the one that reads best."""
    forms = [part for part in parts if part.text.strip()]
    latex = [part for part in forms if part.name in _TEX]
    others = [part for part in forms if part.name not in _TEX]
    best = (latex or others) if hard else (others or latex)
    return best[0].text if best else ""


def _latex(text: str) -> str:
    """LaTeX between dollars, out of the document that some publishers wrap around it."""
    match = _DOCUMENT.search(text)
    text = (match[1] if match else text).strip()
    if not text or text.startswith(("$", r"\(", r"\[")):
        return text
    return f"${text}$"


def _row(children: Sequence[Part], *, root: bool = False) -> str:
    """What stands side by side, with spaces around the signs that stand between two things."""
    said, before = [], ""
    for place, part in enumerate(children):
        text = part.text if part.name != "mo" else part.text.strip()
        sign = html.unescape(text) if part.name == "mo" else ""
        between = before and before not in _SPACED and before not in "([{|,"
        last = place == len(children) - 1
        if sign in _SPACED and between and not (last and sign in _SIGNS):
            text = f" {text} "
        elif sign in _PAUSES or part.name in ("mtr", "mtd", "mlabeledtr"):
            text = f"{text} "
        said.append(text)
        before = sign or part.text.strip() or before
    row = "".join(said)
    return f"√{_grouped(row.strip())}" if root else row


def _grouped(text: str) -> str:
    return text if _WORD.fullmatch(text) else f"({text})"


def _raised(base: str, power: str) -> str:
    """``x^2``, but ``Ca2+``, ``x'`` and the ``13`` in front of a ``C``."""
    if not base or not _RAISED.fullmatch(power):
        plain = not base or not re.search(r"\w", power) or power[-1] in "+-−"
        return base + power if plain else f"{base}^({power})"
    return f"{base}^{power}"


def _over(base: str, above: str) -> str:
    """An accent goes, a limit stays."""
    return f"{base}^{_grouped(above)}" if re.search(r"\w", above) else base


_SHAPES: dict[tuple[str, int], Callable[..., str]] = {
    ("mfrac", 2): lambda above, below: f"{_grouped(above)}/{_grouped(below)}",
    ("msub", 2): lambda base, index: f"{base}{index}",
    ("msup", 2): _raised,
    ("msubsup", 3): lambda base, index, power: _raised(f"{base}{index}", power),
    ("mroot", 2): lambda base, degree: f"{_grouped(base)}^(1/{degree})",
    ("mover", 2): _over,
    ("munder", 2): lambda base, below: f"{base}_{_grouped(below)}",
    ("munderover", 3): lambda base, below, above: f"{base}_{_grouped(below)}^{_grouped(above)}",
}
"""By name and number of parts; one with more or fewer is broken, and its parts stand in a row."""
