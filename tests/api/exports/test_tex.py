r"""BibTeX that can't act: bibtex and pdflatex run on what hostile papers export."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.exports.bibtex import bibtex
from api.exports.tex_allowed import only_sets_signs
from indexer.papers.paper import Paper

pytestmark = pytest.mark.skipif(
    not (shutil.which("pdflatex") and shutil.which("bibtex")),
    reason="needs pdflatex and bibtex: texlive-latex-base and texlive-binaries on Debian",
)

ACTS = (
    r"\input{secret}",
    r"\input secret ",
    r"\@@input secret ",
    r"\include{secret}",
    r"\InputIfFileExists{secret}{}{}",
    r"\IfFileExists{secret.tex}{\input{secret}}{}",
    r"\UseName{input}{secret}",
    r"\csname input\endcsname secret ",
    r"\begin{input}secret \end{input}",
    r"\begin {input}secret ",
    r"\begin{@@input}secret \end{@@input}",
    r"\expandafter\input\string secret ",
    r"\let\a\input\a secret ",
    r"\def\a{\input}\a{secret}",
    r"\futurelet\a\input secret ",
    r"\newread\r\openin\r=secret \read\r to\a\a",
    r"\newwrite\w\immediate\openout\w=made.txt \immediate\write\w{x}",
    r"\immediate\write18{touch made.txt}",
    r"\ShellEscape{touch made.txt}",
    r"\begin{filecontents*}{made.txt}x\end{filecontents*}",
    r"\scantokens{\input{secret}}",
    r"\usepackage{secret}",
    r"\RequirePackage{secret}",
    r"\includegraphics{secret}",
    r"\special{x}\pdfximage{secret.png}\pdfobj stream file {secret.tex}",
    r"\directlua{os.execute('touch made.txt')}",
    r"\typeout{ACTED}",
    r"\errmessage{ACTED}",
    r"\message{ACTED}",
    r"\show\relax\showthe\everymath",
    r"\everymath{\input{secret}}",
    r"\newcommand{\x}{\input{secret}}\x",
    r"\catcode`\@=11 \@input secret ",
    r"\loop\iftrue\repeat",
    r"\end{document}",
    r"\endinput",
    r"\batchmode\stop",
    r"^^5cinput secret ",
    r"\^^69nput{secret}",
    r"^^^^005cinput secret ",
    "%\n\\input{secret}",
    r"\text{\input{secret}}",
    r"\\input{secret}",
    r"\\\input{secret}",
    r"\begin{array}{>{\input{secret}}c}x\end{array}",
    r"}\input{secret}{",
    r"} , note = {\input{secret}",
    r"\hbox{\input{secret}}",
    r"\href{run:touch}{x}",
    r"\AtEndDocument{\input{secret}}",
    r"\ExplSyntaxOn\file_input:n{secret}",
)
WRAPPED = ("{}", "${}$", "$${}$$", r"\({}\)", r"\[{}\]", "$x$ and {} $y$")


def hostile() -> list[Paper]:
    """Papers with every act, in every field, in every wrapping."""
    papers = []
    for number, (act, wrapping) in enumerate((act, one) for act in ACTS for one in WRAPPED):
        text = wrapping.replace("{}", act)
        papers.append(
            Paper(
                id=f"p{number}",
                title=f"Title {text}",
                abstract=f"We show {text} and more.",
                authors=(f"Ann {text}", f"von {act} Berg, {act}", act),
                venue=f"Journal of {text}",
                categories=(act,),
                date="2024-05-01",
                doi=f"10.1000/{act}",
                url=f"https://example.org/{act}",
            )
        )
    return papers


HARMLESS = Paper(
    id="2401.00001",
    title=r"On $O(n^{2})$, $\mathcal{L}\leq\frac{1}{2}$ & 100% of {BERT}: "
    r"$\begin{cases} 1 & x>0 \\ 0 & x \le 0\end{cases}$",
    abstract=r"Let \(\alpha \in \mathbb{R}\) and $\|x\|_2 \geq \varepsilon$, "
    r"\$5, $5, a_b, c^d, ~ # \x.",
    authors=("Jane van der Doe", "The BERT Team"),
    date="2024-01-02",
)
DOCUMENT = r"""\documentclass{article}
\usepackage{amsmath,amssymb}
\providecommand{\url}[1]{}
\begin{document}\nocite{*}
\bibliographystyle{STYLE}\bibliography{papers}
\end{document}
"""


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "openout_any": "p"}
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=240,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def typeset(folder: Path, papers: list[Paper], style: str) -> str:
    """Run LaTeX and BibTeX as people do; what LaTeX read, wrote and said."""
    folder.mkdir()
    (folder / "papers.bib").write_text(bibtex(papers), encoding="utf-8")
    (folder / "main.tex").write_text(DOCUMENT.replace("STYLE", style), encoding="utf-8")
    (folder / "secret.tex").write_text(r"\typeout{ACTED}", encoding="utf-8")
    latex = ("pdflatex", "-interaction=nonstopmode", "-recorder", "main.tex")
    run(folder, *latex)
    told = run(folder, "bibtex", "main")
    assert told.returncode == 0, told.stdout[-2000:]
    assert "warning--i didn't find" not in told.stdout.lower()
    final = run(folder, *latex)
    assert final.returncode == 0, "\n".join(
        line for line in final.stdout.splitlines() if line.startswith(("!", "l."))
    )[:2000]
    assert (folder / "main.pdf").stat().st_size > 1000
    return (folder / "main.fls").read_text() + (folder / "main.log").read_text(errors="replace")


@pytest.mark.slow
@pytest.mark.parametrize("style", ["plain", "alpha"])
def test_hostile_papers_are_set_and_nothing_acts(tmp_path: Path, style: str) -> None:
    papers = [HARMLESS, *hostile()]
    for first in range(0, len(papers), 160):
        folder = tmp_path / str(first)
        told = typeset(folder, papers[first : first + 160], style)
        assert "INPUT secret" not in told
        assert "INPUT ./secret" not in told
        assert "\nACTED" not in told
        assert not (folder / "made.txt").exists()


def test_formulas_of_papers_stay_formulas() -> None:
    text = bibtex([HARMLESS])
    for formula in (
        r"{$\mathcal{L}\leq\frac{1}{2}$}",
        r"{$O(n^{2})$}",
        r"\begin{cases} 1 & x>0",
        r"\(\alpha \in \mathbb{R}\)",
        r"$\|x\|_2 \geq \varepsilon$",
    ):
        assert formula in text


@pytest.mark.parametrize("act", ACTS)
def test_what_acts_is_no_formula(act: str) -> None:
    is_a_line_and_a_word = act == r"\\input{secret}"
    assert only_sets_signs(f"${act}$") == is_a_line_and_a_word


_PIECES = ["\\", "{", "}", "^", "%", "#", "&", "@", "input", "begin", "a", " ", "*", "x", "$", "\n"]


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join))
def test_no_other_spelling_of_a_command_passes(text: str) -> None:
    """TeX's own reading of what is allowed: no control word but allowed ones."""
    if only_sets_signs(text):
        assert "^^" not in text
        rest = text.replace("\\\\", "")
        assert "\\input" not in rest
        assert "\\begin" not in rest
        assert "\\@" not in rest
