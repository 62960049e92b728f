r"""BibTeX, in UTF-8.

What a paper says is text: LaTeX would run a ``\write18`` that stands in a title. So everything
but formulas is escaped, and a formula that may do more than set signs is escaped with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, count

from api.exports.author_names import PersonName, name_parts
from api.exports.kinds import Kind, arxiv_id, kind_of
from api.exports.tex_allowed import only_sets_signs
from indexer.papers.folding import words
from indexer.papers.paper import Paper
from search.answer.highlight import formulas

_ESCAPED = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%#_$"},
}
_BRACES = {"{": r"\{", "}": r"\}"}
"""Known to more readers, but counted as braces by some."""
_SPECIAL = re.compile(r"[\\{}~^&%#_$]")
_KEPT_WHOLE = re.compile(rf"\band\b|{_SPECIAL.pattern}", re.IGNORECASE)
_WORD = re.compile(r"[^\W_](?:[^\W_]|[-'’])*")
_KEY = re.compile(r"[A-Za-z0-9_:./+*-][A-Za-z0-9_:./+*'@-]{0,99}", re.ASCII)
"""A cite key that BibTeX, Biber and LaTeX all take."""
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_SKIPPED = frozenset(
    (
        *("a", "an", "and", "as", "at", "by", "for", "from", "in", "is", "of", "on", "or", "the"),
        *("to", "with"),
    )
)
"""Words of a title that name no paper."""
_ENTRY = {Kind.ARTICLE: "article", Kind.PROCEEDINGS: "inproceedings", Kind.PREPRINT: "misc"}
_PLACE = {Kind.ARTICLE: "journal", Kind.PROCEEDINGS: "booktitle", Kind.PREPRINT: "howpublished"}


def bibtex(papers: Sequence[Paper]) -> str:
    """One entry a paper, each with a key of its own."""
    taken: set[str] = set()
    return "\n".join(_entry(paper, _free(_key(paper), taken)) for paper in papers)


def _key(paper: Paper) -> str:
    """By which its library cites it, if that is a key anywhere; else one made of the paper."""
    return next((key for key in paper.cite_keys if _KEY.fullmatch(key)), key_of(paper))


def key_of(paper: Paper) -> str:
    """Such as ``vaswani2017attention``: ASCII letters and digits alone."""
    first = name_parts(paper.authors[0]) if paper.authors else PersonName()
    name = words(first.family or first.literal)
    title = [word for word in words(paper.title) if word not in _SKIPPED]
    key = "".join([*name, paper.date[:4], *title[:1]])
    return re.sub(r"[^a-z0-9]", "", key)[:80] or "paper"


def latex(text: str, *, keep_case: bool = False) -> str:
    """A text as LaTeX sets it; with ``keep_case`` names such as BERT keep their capitals."""
    parts, at = [], 0
    for start, end in formulas(text):
        parts += [_escaped(text[at:start], keep_case), _formula(text[start:end], keep_case)]
        at = end
    return "".join([*parts, _escaped(text[at:], keep_case)])


def _free(key: str, taken: set[str]) -> str:
    """The key, or the first of ``key-2``, ``key-3`` … that no other entry has.

    BibTeX takes no two entries whose keys differ in case alone.
    """
    numbered = (f"{key}-{number}" for number in count(2))
    free = next(one for one in chain([key], numbered) if one.lower() not in taken)
    taken.add(free.lower())
    return free


def _entry(paper: Paper, key: str) -> str:
    fields = [f"  {name} = {value},\n" for name, value in _fields(paper) if value]
    return f"@{_ENTRY[kind_of(paper)]}{{{key},\n{''.join(fields)}}}\n"


def _fields(paper: Paper) -> Iterator[tuple[str, str]]:
    yield "title", _braced(latex(paper.title, keep_case=True))
    yield "author", _braced(" and ".join(_author(name) for name in paper.authors))
    yield _PLACE[kind_of(paper)], _braced(latex(paper.venue))
    yield "year", _braced(paper.date[:4])
    yield "month", _MONTHS[int(paper.date[5:7]) - 1] if len(paper.date) >= 7 else ""
    if arxiv := arxiv_id(paper):
        yield "eprint", _braced(arxiv)
        yield "archiveprefix", "{arXiv}"
        if paper.categories:
            yield "primaryclass", _braced(latex(paper.categories[0]))
    if paper.retracted:
        yield "note", "{Retracted}"
    yield "doi", _verbatim(paper.doi)
    yield "url", _verbatim(paper.url)
    yield "abstract", _braced(latex(paper.abstract))


def _author(printed: str) -> str:
    """``{The Team}`` in braces of its own, so that it isn't taken apart; likewise "and".

    So are names with signs that LaTeX needs escaped: readers differ in how they take those apart.
    """
    name = name_parts(printed)
    if name.literal or _KEPT_WHOLE.search(printed):
        return _braced(latex(printed))
    last = f"{name.particle} {_one_part(name.family)}".strip()
    return ", ".join(part for part in (last, name.suffix, name.given) if part)


def _one_part(family: str) -> str:
    """A family name in braces where BibTeX would take a small word in it for a particle."""
    small = any(word[:1].islower() for word in family.split())
    return _braced(family) if small else family


def _escaped(text: str, keep_case: bool) -> str:
    escaped = _ESCAPED | _BRACES if _balanced(text) else _ESCAPED

    def plain(stretch: str) -> str:
        return _SPECIAL.sub(lambda match: escaped[match[0]], stretch)

    parts, at = [], 0
    for word in _WORD.finditer(text) if keep_case else ():
        if word[0][1:] != word[0][1:].lower():
            parts += [plain(text[at : word.start()]), _braced(word[0])]
            at = word.end()
    return "".join([*parts, plain(text[at:])])


def _formula(formula: str, keep_case: bool) -> str:
    """A formula as it is, so far as it only sets signs and its braces are even."""
    even = formula.replace(r"\{", r"\lbrace ").replace(r"\}", r"\rbrace ")
    if not only_sets_signs(even) or not _balanced(even):
        return _escaped(formula, keep_case=False)
    return _braced(even) if keep_case else even


def _balanced(text: str) -> bool:
    depth = 0
    for sign in re.findall(r"[{}]", text):
        depth += 1 if sign == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def _braced(text: str) -> str:
    return f"{{{text}}}" if text else ""


def _verbatim(text: str) -> str:
    r"""A DOI or an address, which styles set with ``\url``: nothing in it may end the field.

    ``^^5c`` would be a backslash to TeX.
    """
    coded = {"{": "%7B", "}": "%7D", "\\": "%5C", "^": "%5E"}
    return _braced(re.sub(r"[{}\\^]", lambda match: coded[match[0]], text))
