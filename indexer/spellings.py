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
_ISE_ENDS = (
    *("ise", "ised", "ises", "iser", "isers", "ising", "isings"),
    *("isable", "isability", "isation", "isations", "isational"),
)
"""What follows the root; to look for these first takes half the time."""
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
    ("our", rf"({_OUR})our", r"\1or"),  # behaviour, neighbourhood
    ("lys", r"(\w\wly)s(e[ds]?|ers?|ing|able)$", r"\1z\2"),  # analyse
    ("res?$", rf"({_RE})re(s?)$", r"\1er\2"),  # centre, kilometres
    ("red$|ring$|rab", rf"({_RE})r(ed|ing|able|ability)$", r"\1er\2"),  # centred, centring
    ("ogue", rf"({_OGUE})ogue(s?)$", r"\1og\2"),  # dialogue
    ("ogu", rf"({_OGUE})ogu(ed|ing|ers?)$", r"\1og\2"),  # cataloguing
    ("ll", rf"({_LL})l(ed|ers?|ings?|able)$", r"\1\2"),  # modelling
    ("stil|enrol|fulfil|instal", r"^(distil|enrol|fulfil|instal|instil)(s|ments?)?$", r"\1l\2"),
    ("lful", r"^(un)?(ski|wi)lful", r"\1\2llful"),
    ("fenc|cenc|tenc", r"^(defen|licen|offen|preten)c(e|es|ed|eless|ing)$", r"\1s\2"),
    ("practis", r"^practis(e[ds]?|ers?|ing)$", r"practic\1"),
    ("paramet", r"(?<=paramet)ri(?=z)", "eri"),  # parametrise, parametrization
    ("programme", r"^programme(s?)$", r"program\1"),
    ("gement", r"^(acknowledg|judg)ement", r"\1ment"),
    ("focuss|biass", r"^((?:re)?focus|(?:un)?bias)s(ed|es|ing)$", r"\1\2"),
    ("learnt", r"^(un)?learnt$", r"\1learned"),
    ("grey", r"^grey(?=$|s$|er$|ish$|scale|level|box)", "gray"),
    ("luminium", r"^aluminium$", "aluminum"),
    ("ageing", r"^ageing$", "aging"),
    ("artefact", r"^artefact", "artifact"),
    ("mould", r"^mould", "mold"),
    ("sceptic", r"^sceptic", "skeptic"),
    ("sulph", r"sulph", "sulf"),
    ("manoeuv", r"manoeuv", "maneuv"),
    # Greek ae and oe, in medicine above all.
    ("laeo", r"^palaeo", "paleo"),
    ("chaeo", r"^archaeo", "archeo"),
    ("aetio", r"^aetiolog", "etiolog"),
    ("foet", r"^foet(?=us|al)", "fet"),
    ("diaev", r"^mediaeval", "medieval"),
    ("aesth", r"(an|kin|syn)aesth", r"\1esth"),
    ("aemi", r"aem(?=i[ac])", "em"),  # leukaemia, glycaemic
    ("haem", r"haem(?=o|at|ag)", "hem"),
    ("paed", r"paed(?=i[ac])", "ped"),
    ("gynaec", r"gynaec", "gynec"),
    ("oestr", r"oestr(?=[aou])", "estr"),
    ("oesoph", r"oesoph", "esoph"),
    ("oedem", r"oedem", "edem"),
    ("rrhoea", r"rrhoea", "rrhea"),
)
"""What a word has in it that a rule may be for, the rule, and the spelling."""
_MARKS = re.compile("|".join(mark for mark, *_ in _RULES))
"""One word in twelve has one. To look for these takes a sixth of the time of the rules."""
_ANY = re.compile("|".join(pattern for _, pattern, _ in _RULES))


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Compiled with the first word that has another spelling: most questions need none."""
    return tuple((re.compile(pattern), spelling) for _, pattern, spelling in _RULES)


def american(word: str) -> str:
    """A folded word in American spelling; one that has no other is left as it is."""
    found = _ISE.fullmatch(word) if word.endswith(_ISE_ENDS) else None
    if found and not _NEVER_IZE.fullmatch(f"{found['root']}is"):
        word = f"{found['root']}iz{found['end']}"
    if _MARKS.search(word) and _ANY.search(word):
        for pattern, spelling in _compiled():
            word = pattern.sub(spelling, word)
    return word
