r"""The TeX that may stand in a formula: commands that set signs, and nothing that could act.

A list of what is allowed, since TeX has too many ways to read a file, write one or call a macro by
another name (``\input``, ``\@@input``, ``\InputIfFileExists``, ``\UseName``, ``\begin{input}``,
``^^5cinput``) for any list of what isn't.
"""

from __future__ import annotations

import re

_LETTERS = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa varkappa lambda "
    "mu nu xi pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta "
    "Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega digamma aleph beth gimel daleth ell hbar "
    "hslash imath jmath wp Re Im eth complement Bbbk Finv Game mho nabla partial"
)
_OPERATORS = (
    "pm mp times div cdot ast star circ bullet cap cup uplus sqcap sqcup vee wedge lor land neg "
    "lnot setminus smallsetminus wr diamond triangle triangleleft triangleright oplus ominus "
    "otimes oslash odot bigcirc dagger ddagger amalg dotplus divideontimes ltimes rtimes "
    "rightthreetimes leftthreetimes curlywedge curlyvee circleddash circledast circledcirc "
    "centerdot intercal sum prod coprod int iint iiint oint bigcap bigcup bigsqcup bigvee "
    "bigwedge bigodot bigotimes bigoplus biguplus"
)
_RELATIONS = (
    "le leq leqslant leqq ge geq geqslant geqq ll lll gg ggg ne neq equiv sim simeq approx "
    "approxeq cong doteq propto prec succ preceq succeq precsim succsim subset supset subseteq "
    "supseteq subsetneq supsetneq subseteqq supseteqq sqsubset sqsupset sqsubseteq sqsupseteq in "
    "ni notin vdash dashv models Vdash vDash perp parallel nparallel mid nmid shortmid bowtie "
    "asymp smile frown lesssim gtrsim lessapprox gtrapprox lessgtr gtrless lesseqgtr gtreqless "
    "triangleq trianglelefteq trianglerighteq vartriangle blacktriangle nleq ngeq nless ngtr nsim "
    "ncong nprec nsucc nsubseteq nsupseteq lneq gneq lnsim gnsim therefore because between "
    "pitchfork not"
)
_ARROWS = (
    "to gets leftarrow rightarrow leftrightarrow Leftarrow Rightarrow Leftrightarrow mapsto "
    "longleftarrow longrightarrow longleftrightarrow Longleftarrow Longrightarrow "
    "Longleftrightarrow longmapsto hookleftarrow hookrightarrow uparrow downarrow updownarrow "
    "Uparrow Downarrow Updownarrow nearrow searrow swarrow nwarrow leftharpoonup leftharpoondown "
    "rightharpoonup rightharpoondown rightleftharpoons leftrightharpoons rightleftarrows "
    "leftrightarrows twoheadrightarrow twoheadleftarrow rightarrowtail leadsto rightsquigarrow "
    "upharpoonright nrightarrow nleftarrow implies iff impliedby xrightarrow xleftarrow"
)
_SIGNS = (
    "infty emptyset varnothing forall exists nexists angle measuredangle sphericalangle top bot "
    "prime backprime surd square blacksquare Box Diamond lozenge bigstar clubsuit diamondsuit "
    "heartsuit spadesuit flat natural sharp checkmark circledR circledS S P copyright pounds yen "
    "ldots cdots vdots ddots dots dotsc dotsb dotsm dotsi colon langle rangle lbrace rbrace "
    "lbrack rbrack lfloor rfloor lceil rceil lvert rvert lVert rVert vert Vert backslash ulcorner "
    "urcorner llcorner lrcorner"
)
_FUNCTIONS = (
    "arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf injlim ker lg lim "
    "liminf limsup ln log max min Pr projlim sec sin sinh sup tan tanh bmod pmod mod pod"
)
_LAYOUT = (
    "frac dfrac tfrac cfrac binom dbinom tbinom sqrt over atop choose stackrel overset underset "
    "substack limits nolimits left right middle big Big bigg Bigg bigl bigr bigm Bigl Bigr Bigm "
    "biggl biggr Biggl Biggr hat widehat check tilde widetilde acute grave dot ddot dddot breve "
    "bar vec overline underline overbrace underbrace overrightarrow overleftarrow underbar boxed "
    "phantom hphantom vphantom smash displaystyle textstyle scriptstyle scriptscriptstyle quad "
    "qquad space enspace thinspace nonumber notag"
)
_TYPES = (
    "mathbb mathbf mathcal mathfrak mathit mathnormal mathring mathrm mathscr mathsf mathtt "
    "mathbin mathclose mathop mathopen mathord mathpunct mathrel boldsymbol bm pmb operatorname "
    "text textbf textit textmd textnormal textrm textsc textsf textsl texttt textup emph mbox rm "
    "bf it sf sl tt cal frak"
)
_COMMANDS = frozenset(
    " ".join(
        (_LETTERS, _OPERATORS, _RELATIONS, _ARROWS, _SIGNS, _FUNCTIONS, _LAYOUT, _TYPES)
    ).split()
)
_ENVIRONMENTS = frozenset(
    [
        "matrix",
        "pmatrix",
        "bmatrix",
        "Bmatrix",
        "vmatrix",
        "Vmatrix",
        "smallmatrix",
        "cases",
        "array",
        "aligned",
        "alignedat",
        "gathered",
        "split",
    ]
)
_OF_ONE_SIGN = frozenset("\\{}|,;:!> %&#_$()[]")
"""What may stand behind a backslash alone: an escaped sign, a space, a line, a delimiter."""

_COMMAND = re.compile(r"\\(?:(?:begin|end)\s*\{([^{}]*)\}|([A-Za-z@]+)\*?|(.?))", re.DOTALL)
_LETTERS_BY_CODE = re.compile(r"\^\^")
_ALIGNED = re.compile(r"(?<!\\)(?:\\\\)*&")
_COMMENT = re.compile(r"(?<!\\)(?:\\\\)*[%#]")


def only_sets_signs(formula: str) -> bool:
    """Whether a formula holds nothing but allowed commands and environments, and plain signs."""
    if _LETTERS_BY_CODE.search(formula) or _COMMENT.search(formula):
        return False
    environments = []
    for environment, command, sign in _COMMAND.findall(formula):
        environments.append(environment)
        if environment:
            allowed = environment in _ENVIRONMENTS
        else:
            allowed = command in _COMMANDS if command else sign in _OF_ONE_SIGN and sign != ""
        if not allowed:
            return False
    return any(environments) or not _ALIGNED.search(formula)
