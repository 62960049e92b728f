r"""LaTeX as it stands in BibTeX, as text: ``{BERT}: {\"U}ber`` becomes ``BERT: Über``.

Formulas come out as they went in. Of a command that isn't known the argument stays as text, and
its name where it has none; whatever the decoder can't read loses its backslashes and braces.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text
    from pylatexenc.latexwalker import LatexMacroNode
    from pylatexenc.macrospec import LatexContextDb

MAX_DEPTH = 50
"""Braces within braces; the parser calls itself for each."""
MAX_TEXT = 200_000
"""Characters that are decoded: more than an abstract may have."""

_LATEX = re.compile(r"[\\{}$~]|--|``|''")
# People write these plainly, where LaTeX would take them for a comment or a table.
_PLAIN = re.compile(r"(?<!\\)([%&#_])")
_CARET = re.compile(r"(?<!\\)\^")
_BRACE = re.compile(r"(?<!\\)[{}]")
_FORMULA = re.compile(r"(?<!\\)(\$\$?)(?=\S)(.+?)(?<!\\)\1", re.DOTALL)
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?\s*|\\(.)|(?<!\\)[{}]", re.DOTALL)

_SIGNS = {
    **{"textless": "<", "textgreater": ">", "slash": "/", "textasciicircum": "^"},
    **{"textquotesingle": "'", "textquotedbl": '"', "textvisiblespace": " "},
    **{"textasteriskcentered": "*", "textnumero": "№", "textbar": "|", "textunderscore": "_"},
    **{"newline": " ", "par": " ", "textbraceleft": "{", "textbraceright": "}"},
    **{"textbackslash": "\\", "textasciitilde": "~", "textdollar": "$"},
}
_DECLARATIONS = frozenset(
    (
        *("sc", "it", "bf", "rm", "tt", "sf", "sl", "em", "cal", "normalfont", "bfseries"),
        *("itshape", "scshape", "ttfamily", "sffamily", "rmfamily", "mdseries", "upshape"),
        *("slshape", "boldmath", "small", "large", "Large", "LARGE", "normalsize", "tiny", "huge"),
        *("footnotesize", "scriptsize", "protect", "relax", "allowbreak", "linebreak", "hfill"),
        *("nolinebreak", "noindent", "displaystyle", "textstyle", "centering", "xspace", "sloppy"),
        *("nobreak", "bgroup", "egroup", "begingroup", "endgroup", "selectfont", "unskip"),
    )
)
"""Commands that say how text is set, and nothing of their own."""
_SILENT = frozenset(
    ("noopsort", "label", "vspace", "hspace", "thanks", "footnote", "cite", "color")
)
"""Commands whose argument isn't meant to be read in this place."""


def plain_text(latex: str) -> str:
    """The text that some LaTeX stands for.

    Raises:
        ValueError: Braces are nested deeper than :data:`MAX_DEPTH`.
    """
    latex = latex[:MAX_TEXT]
    if not _LATEX.search(latex):
        return latex
    depth = deepest = 0
    for brace in _BRACE.findall(latex):
        depth += 1 if brace == "{" else -1
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise ValueError("braces are nested too deeply")
    pieces, end = [], 0
    for formula in _FORMULA.finditer(latex):
        pieces += [_text(latex[end : formula.start()]), formula[0]]
        end = formula.end()
    return "".join([*pieces, _text(latex[end:])])


def _text(latex: str) -> str:
    if not _LATEX.search(latex):
        return latex
    # A dollar that pairs with no other is money.
    prepared = _CARET.sub(r"\\textasciicircum{}", _PLAIN.sub(r"\\\1", latex))
    prepared = prepared.replace("\\$", "$").replace("$", r"\$")
    try:
        return str(_decoder().latex_to_text(prepared, latex_context=_grammar()))
    except Exception:
        # The library raises what it likes for a command that is cut off, such as `\verb`.
        return _bare(latex)


def _bare(latex: str) -> str:
    """The letters of some LaTeX that can't be decoded."""
    return _COMMAND.sub(lambda found: found[2] or (" " if found[1] else ""), latex)


def _link(node: LatexMacroNode, l2tobj: LatexNodes2Text) -> str:
    r"""``\href{address}{text}``, of which the text is read."""
    return _last_argument(node, l2tobj) or ""


def _unknown(node: LatexMacroNode, l2tobj: LatexNodes2Text) -> str:
    if (text := _last_argument(node, l2tobj)) is not None:
        return text
    behind = node.parsing_state.s[node.pos + 1 + len(node.macroname) :].lstrip()[:2]
    silent = node.macroname in _DECLARATIONS or (behind[:1] == "{" and behind != "{}")
    if silent or not node.macroname.isalpha():
        return ""
    # Who writes a space behind a name means it, though LaTeX would swallow it.
    return f"{node.macroname}{' ' if node.macro_post_space else ''}"


def _last_argument(node: LatexMacroNode, l2tobj: LatexNodes2Text) -> str | None:
    """The text of the last argument that is given, ``None`` where none is."""
    given = node.nodeargd.argnlist if node.nodeargd else None
    found = [argument for argument in given or () if argument is not None]
    return str(l2tobj.nodelist_to_text([found[-1]])) if found else None


def _verbatim(node: LatexMacroNode, l2tobj: LatexNodes2Text) -> str:
    return str(getattr(node.nodeargd, "verbatim_text", "") or "")


@cache
def _grammar() -> LatexContextDb:
    """How many arguments commands take."""
    from pylatexenc.latexwalker import get_default_latex_context_db
    from pylatexenc.macrospec import std_macro

    context = get_default_latex_context_db()
    arguments = {"href": "{{", "textcolor": "{{", **dict.fromkeys(sorted(_SILENT), "{")}
    context.add_context_category(
        "plain", prepend=True, macros=[std_macro(name, each) for name, each in arguments.items()]
    )
    return context


@cache
def _decoder() -> LatexNodes2Text:
    from pylatexenc.latex2text import (
        LatexNodes2Text,
        MacroTextSpec,
        get_default_latex_context_db,
    )

    context = get_default_latex_context_db()
    context.add_context_category(
        "plain",
        prepend=True,
        macros=[
            MacroTextSpec("url", simplify_repl="%s"),
            MacroTextSpec("verb", simplify_repl=_verbatim),
            *(MacroTextSpec(name, simplify_repl=_link) for name in ("href", "textcolor")),
            *(MacroTextSpec(name, simplify_repl=sign) for name, sign in _SIGNS.items()),
            *(MacroTextSpec(name, simplify_repl="") for name in (*_SILENT, "includegraphics")),
        ],
    )
    context.set_unknown_macro_spec(MacroTextSpec("", simplify_repl=_unknown))
    return LatexNodes2Text(latex_context=context, math_mode="verbatim")
