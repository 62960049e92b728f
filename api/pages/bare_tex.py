r"""TeX that stands in a text without dollars, as many abstracts have it: ``92\%``, ``10^{-3}``.

Only what can be nothing else is set: escaped signs, names of signs, text in another type, and what
is raised or lowered in braces, by a digit, or beside a single letter. Addresses are left alone, and
all else stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

from search.answer.highlight import Span

_NAMES = (
    "alpha=α beta=β gamma=γ delta=δ epsilon=ϵ varepsilon=ε zeta=ζ eta=η theta=θ iota=ι kappa=κ "
    "lambda=λ mu=μ nu=ν xi=ξ pi=π rho=ρ sigma=σ tau=τ phi=ϕ varphi=φ chi=χ psi=ψ omega=ω "
    "Gamma=Γ Delta=Δ Theta=Θ Lambda=Λ Xi=Ξ Pi=Π Sigma=Σ Phi=Φ Psi=Ψ Omega=Ω "
    "times=× cdot=· pm=± mp=∓ div=÷ sim=∼ simeq=≃ approx=≈ equiv=≡ neq=≠ ne=≠ le=≤ leq=≤ ge=≥ "
    "geq=≥ ll=≪ gg=≫ propto=∝ in=∈ notin=∉ subset=⊂ subseteq=⊆ cup=∪ cap=∩ infty=∞ partial=∂ "
    "nabla=∇ sum=∑ prod=∏ int=∫ forall=∀ exists=∃ to=→ rightarrow=→ leftarrow=← "
    "leftrightarrow=↔ Rightarrow=⇒ mapsto=↦ uparrow=↑ downarrow=↓ ell=ℓ ldots=… dots=… cdots=⋯ "
    "circ=∘ degree=° star=⋆ oplus=⊕ otimes=⊗ langle=⟨ rangle=⟩ lfloor=⌊ rfloor=⌋ lceil=⌈ "
    "rceil=⌉ deg=° eg=e.g. ie=i.e. textless=< textgreater=> textasciitilde=~ textbackslash=\\"
)
_SIGNS = dict(pair.split("=") for pair in _NAMES.split())
_TYPES = {
    **{"textbf": "b", "textit": "i", "emph": "i", "textsl": "i", "texttt": "code"},
    **{"textsuperscript": "sup", "textsubscript": "sub"},
    **dict.fromkeys(("textsc", "textrm", "textsf", "text", "mbox", "underline", "url"), ""),
}
"""Elements for what TeX sets in another type; nothing where it is read as well without."""
_BARE = re.compile(
    r"""
    (?P<address>(?:https?://|www\.)\S+)
  | \\(?:href\{[^{}]{1,300}\}|(?P<type>TYPES))\{(?P<typed>[^{}$]{1,300})\}
  | \\(?P<escaped>[%&\#$_])
  | \{\\(?P<held>SIGNS)\}
  | \\(?P<sign>SIGNS)(?![A-Za-z])(?:\{\})?
  | (?P<way>(?<=[\w)\]}|])[\^_])
    (?:\{(?P<braced>[^{}$<>]{1,40})\}
      | (?P<digits>(?<=\^)-?\d{1,4})
      | (?P<version>(?<=\b\w_)\d\.\d{1,2}\b)
      | (?P<letter>(?:(?<=\b\w[\^_])|(?<=\)\^))[\w*+](?!\w)))
    """.replace("TYPES", "|".join(_TYPES)).replace("SIGNS", "|".join(_SIGNS)),
    re.VERBOSE,
)


def has_tex(text: str) -> bool:
    """Whether some of a text may be set as TeX, between dollars or not."""
    return "$" in text or _has_bare(text)


def _has_bare(text: str) -> bool:
    return any(sign in text for sign in "\\^_")


def with_bare(text: str) -> Markup:
    """A text without formulas between dollars, escaped, what is surely TeX in it set."""
    if not _has_bare(text):
        return escape(text)
    pieces, at = [], 0
    for match in _BARE.finditer(text):
        pieces += [escape(text[at : match.start()]), _set(match)]
        at = match.end()
    return Markup("").join([*pieces, escape(text[at:])])


def _set(match: re.Match[str]) -> Markup:
    if match["escaped"]:
        return escape(match["escaped"])
    if sign := match["sign"] or match["held"]:
        return escape(_SIGNS[sign])
    if match["typed"]:
        inner = (escape if match["type"] == "url" else with_bare)(match["typed"])
        tag = _TYPES.get(match["type"], "")
        return Markup("<{0}>{1}</{0}>").format(tag, inner) if tag else inner
    if match["way"]:
        tag = "sup" if match["way"] == "^" else "sub"
        inner = with_bare(match["braced"]) if match["braced"] else escape(match[0][1:])
        return Markup("<{0}>{1}</{0}>").format(tag, inner)
    return escape(match[0])


def untorn(text: str, spans: Iterable[Span]) -> list[Span]:
    """Marked words of a text without those that tear what can only be set whole.

    A word that ends where something is raised or lowered takes it in; a mark within is left out.
    """
    if not _has_bare(text):
        return list(spans)
    whole = [match.span() for match in _BARE.finditer(text) if not match["address"]]
    kept, behind = [], 0
    for start, end in spans:
        while behind < len(whole) and whole[behind][1] <= start:
            behind += 1
        torn, at = False, behind
        while at < len(whole) and whole[at][0] <= end:
            first, last = whole[at]
            end = last if first == end else end
            torn |= first <= start or end < last
            at += 1
        if not torn:
            kept.append((start, end))
    return kept
