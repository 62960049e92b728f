r"""LaTeX as it stands in BibTeX, as text: ``{BERT}: {\"U}ber`` becomes ``BERT: Über``.

Formulas come out as they went in.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text

MAX_DEPTH = 50
"""Braces within braces; the parser calls itself for each."""

_LATEX = re.compile(r"[\\{}$~]|--|``|''")
# People write these plainly, where LaTeX would take them for a comment or a table.
_PLAIN = re.compile(r"(?<!\\)([%&#_])")
_CARET = re.compile(r"(?<!\\)\^")
_BRACE = re.compile(r"(?<!\\)[{}]")
_FORMULA = re.compile(r"(?<!\\)(\$\$?)(?=\S)(.+?)(?<!\\)\1", re.DOTALL)


def plain_text(latex: str) -> str:
    """The text that some LaTeX stands for.

    Raises:
        ValueError: Braces are nested deeper than :data:`MAX_DEPTH`.
    """
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
    return str(_decoder().latex_to_text(prepared))


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
            MacroTextSpec("textasciicircum", simplify_repl="^"),
        ],
    )
    return LatexNodes2Text(latex_context=context, math_mode="verbatim")
