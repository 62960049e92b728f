"""The words of request phrases, by what they do in a question."""

from __future__ import annotations

import re
from collections.abc import Sequence


def words(text: str) -> frozenset[str]:
    """The words of a text, each once."""
    return frozenset(text.split())


PERSONS = words("i i'm im i'd i've i'll me my you us please kindly")
REQUESTS = words(
    "recommend suggest find show give list point direct tell provide supply obtain get locate "
    "name share search help"
)
WISHES = words(
    "searching looking look seek seeking need want like read interested curious wondering wonder "
    "hoping trying working writing researching exploring studying appreciate"
)
STRONG = words(
    "paper papers article articles publication publications preprint preprints references "
    "manuscripts anything"
)
"""Documents and nothing else; "research on" and "studies in" begin titles as well."""
DOCUMENTS = STRONG | words(
    "work works study studies research literature information report reports investigations "
    "discussions descriptions sources reference manuscript anyone anybody someone somebody known "
    "written published"
)
OPENERS = REQUESTS | words("any anyone anybody there what what's whats which")
NEAR = words(
    "on about regarding concerning by that which where discussing describing investigating "
    "exploring addressing dealing"
)
"""What may follow a document when nothing else tells that it is asked for."""
RELATIVES = words("that which who where")
LINKS = RELATIVES | words(
    "on about of for in into by from regarding concerning around towards toward to"
)
VERB = re.compile(
    r"(discuss|address|explain|report|present|highlight|cover|show|consider|suggest|employ|focus|"
    r"mention|claim|contain|find|deal|pertain|relat|explor|propos|investigat|examin|describ|"
    r"introduc|us|utili[sz]|analy[sz]|demonstrat|provid|leverag|argu|conclud|identif|appl|stud|"
    r"conduct|develop|understand|survey|discover)(e|s|es|d|ed|ing|y|ies|ied|ying)?"
    r"|found|dealt|shown|dedicated|devoted"
)
"""What documents do; their nouns are nouns after a preposition or an article ("cover crops")."""
FOLLOWING = LINKS | words(
    "with using where and or whose discussing addressing describing exploring investigating "
    "studying proposing since after before until till please pls thanks"
)
"""What can follow an author or a time: there its words are over."""
HELPERS = words(
    "am is are was were be been being has have had do does did can could would will should may "
    "might must"
)
FILLERS = words(
    "hi hello hey all and or but if so the a an some several many more most other else such much "
    "tried first also ever already recently previously specifically recent new newer good great "
    "best better relevant latest current contemporary key seminal foundational important "
    "influential prominent notable interesting useful previous prior past earlier earliest "
    "existing available conducted done made exist exists offer out up with among know learn "
    "understand consult refer currently particularly especially really just efforts scholarly "
    "academic scientific peer-reviewed journal conference topics"
)
PLAIN = PERSONS | DOCUMENTS | (OPENERS - REQUESTS) | LINKS | HELPERS | FILLERS
BEFORE_VERB = DOCUMENTS | HELPERS | RELATIVES | words("to also first ever tried")
BEFORE_WISH = HELPERS | words(
    "please kindly to and or just also really hi hello hey currently particularly especially"
)
SELF = words("i i'm im i'd i've i'll")
JOINING = words("and but so or")
HOLLOW = words(
    "this these it them at as approach approaches topic subject area field question something "
    "thanks thank thx pls advance"
)
"""What fills up a sentence that only asks: "is there a paper on this topic?"."""
COURTESY = words("please pls thanks thx")
NO_TOPIC = PLAIN | REQUESTS | WISHES | HOLLOW | {""}
RECENT = words("recent newer newest latest current contemporary")
"""Wishes for new papers that name no time."""
NAMED = words("paper article preprint")
"""What "the LoRA paper" ends in."""
KNOWN_FOR = words("original seminal famous classic well-known")
VAGUE = KNOWN_FOR | words("position white research whole full same next first second last")
"""Before these words "paper" names none."""
ID_WORDS = NAMED | words("arxiv doi id number eprint the find show get look up me for please")
"""What is written around the id of a paper."""
_NEGATING = words("no not none nothing never except excluding without ignore ignoring")


def is_negated(keys: Sequence[str], at: int) -> bool:
    """Whether nobody wants what begins at a place: "not by N", "excluding papers before 2020".

    Such words are no filter; of what they stand for, the opposite would come back.
    """
    while at and keys[at - 1] in DOCUMENTS:
        at -= 1
    return at > 0 and keys[at - 1] in _NEGATING
