"""British spellings made American, so that both are one word, in papers and questions alike.

Every rule names the endings or the roots that it is for, since most words that look like British
ones are none: *exercise*, *four*, *genre*, *rogue*. A word may become one that nobody writes, as
long as no other word becomes the same: the two spellings of one word meet, different words don't.
"""

from __future__ import annotations

import re
from functools import cache

# Endings of a verb in -ise, and of what is made from it. The root ends as those do that take -ize;
# with other letters (advise, raise, noise, wise, precise, guise) British and American agree.
_ISE = re.compile(
    r"(?P<root>\w{2,}[dghlmnrst]|\w{2,}[ai]c|\w+tiv)is"
    r"(?P<end>e[ds]?|ers?|ings?|able|ability|ations?|ational)"
)
_NEVER_IZE = re.compile(
    r".*(?:promis|premis|surmis|pris|practis|expertis|advertis|treatis|chastis|paradis|merchandis"
    r"|franchis|trellis|metropolis|(?:sun|moon|high|low|up)ris)|(?:re)?mortis|demis|chemis|valis"
)

_OUR = (
    "arb|ard|arm|behavi|cand|clam|col|demean|enam|endeav|fav|ferv|flav|harb|hon|hum|lab|neighb|od"
    "|parl|ranc|rig|rum|sav|savi|splend|succ|tum|val|vap|vig"
)
_RE = "calib|cent|fib|goit|lit|lust|manoeuv|meag|met|nit|sab|scept|somb|spect|theat"
_OGUE = "anal|catal|dial|duol|homol|monol|orthol|paral|travel"
_LL = (
    "bevel|cancel|channel|chisel|counsel|dial|duel|equal|fuel|funnel|grovel|initial|jewel|label"
    "|level|libel|marvel|model|panel|parcel|pedal|pencil|quarrel|ravel|revel|rival|shovel|signal"
    "|spiral|swivel|total|towel|travel|tunnel"
)
_RULES = (
    (rf"({_OUR})our", r"\1or"),  # behaviour, neighbourhood
    (r"(\w\wly)s(e[ds]?|ers?|ing|able)$", r"\1z\2"),  # analyse
    (rf"({_RE})re(s?)$", r"\1er\2"),  # centre, kilometres
    (rf"({_RE})r(ed|ing|able|ability)$", r"\1er\2"),  # centred, centring
    (rf"({_OGUE})ogue(s?)$", r"\1og\2"),  # dialogue
    (rf"({_OGUE})ogu(ed|ing|ers?)$", r"\1og\2"),  # cataloguing
    (rf"({_LL})l(ed|ers?|ings?|able)$", r"\1\2"),  # modelling
    (r"^(distil|enrol|fulfil|instal|instil)(s|ments?)?$", r"\1l\2"),
    (r"^(un)?(ski|wi)lful", r"\1\2llful"),
    (r"^(defen|licen|offen|preten)c(e|es|ed|eless|ing)$", r"\1s\2"),
    (r"^practis(e[ds]?|ers?|ing)$", r"practic\1"),
    (r"(?<=paramet)ri(?=z)", "eri"),  # parametrise, parametrization
    (r"^programme(s?)$", r"program\1"),
    (r"^(acknowledg|judg)ement", r"\1ment"),
    (r"^((?:re)?focus|(?:un)?bias)s(ed|es|ing)$", r"\1\2"),
    (r"^(un)?learnt$", r"\1learned"),
    (r"^grey(?=$|s$|er$|ish$|scale|level|box)", "gray"),
    (r"^aluminium$", "aluminum"),
    (r"^ageing$", "aging"),
    (r"^artefact", "artifact"),
    (r"^mould", "mold"),
    (r"^sceptic", "skeptic"),
    (r"sulph", "sulf"),
    (r"manoeuv", "maneuv"),
    # Greek ae and oe, in medicine above all.
    (r"^palaeo", "paleo"),
    (r"^archaeo", "archeo"),
    (r"^aetiolog", "etiolog"),
    (r"^foet(?=us|al)", "fet"),
    (r"^mediaeval", "medieval"),
    (r"(an|kin|syn)aesth", r"\1esth"),
    (r"aem(?=i[ac])", "em"),  # leukaemia, glycaemic
    (r"haem(?=o|at|ag)", "hem"),
    (r"paed(?=i[ac])", "ped"),
    (r"gynaec", "gynec"),
    (r"oestr(?=[aou])", "estr"),
    (r"oesoph", "esoph"),
    (r"oedem", "edem"),
    (r"rrhoea", "rrhea"),
)
_ANY = re.compile("|".join(pattern for pattern, _ in _RULES))


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Compiled with the first word that has another spelling: most questions need none."""
    return tuple((re.compile(pattern), spelling) for pattern, spelling in _RULES)


def american(word: str) -> str:
    """A folded word in American spelling; one that has no other is left as it is."""
    found = _ISE.fullmatch(word)
    if found and not _NEVER_IZE.fullmatch(f"{found['root']}is"):
        word = f"{found['root']}iz{found['end']}"
    if _ANY.search(word):
        for pattern, spelling in _compiled():
            word = pattern.sub(spelling, word)
    return word
