"""British and American spellings meet, and words that only look like them stay apart."""

from __future__ import annotations

import re

import pytest

from indexer import spellings
from indexer.analysis import stems
from indexer.spellings import american

PAIRS = """
    optimise optimize, optimised optimized, optimising optimizing, optimisation optimization
    optimiser optimizer, generalisability generalizability, tokenisers tokenizers
    summarise summarize, regularisation regularization, organisational organizational
    criticise criticize, politicised politicized, relativise relativize, emphasise emphasize
    standardise standardize, synthesised synthesized, vectorisation vectorization
    reparametrisation reparameterization, parametrised parameterized
    behaviour behavior, behavioural behavioral, colour color, colourings colorings
    neighbour neighbor, neighbourhoods neighborhoods, favourable favorable, tumours tumors
    labelled labeled, modelling modeling, modeller modeler, signalling signaling, fuelled fueled
    dialled dialed, channelled channeled, unlabelled unlabeled, travelling traveling
    analyse analyze, analysed analyzed, analysing analyzing, catalyse catalyze, paralysed paralyzed
    centre center, centres centers, centred centered, centring centering, epicentre epicenter
    kilometres kilometers, fibre fiber, theatre theater, calibre caliber, litres liters
    manoeuvre maneuver, manoeuvres maneuvers, manoeuvred maneuvered, manoeuvring maneuvering
    catalogue catalog, catalogued cataloged, cataloguing cataloging, dialogues dialogs
    analogue analog, homologue homolog
    defence defense, offence offense, licence license, practise practice, practising practicing
    fulfil fulfill, enrolment enrollment, skilful skillful, distil distill, instalment installment
    programme program, judgement judgment, acknowledgements acknowledgments, focussed focused
    grey gray, greyscale grayscale, artefacts artifacts, ageing aging, learnt learned
    sceptical skeptical, aluminium aluminum, sulphur sulfur, moulding molding
    anaesthesia anesthesia, leukaemia leukemia, haemoglobin hemoglobin, paediatric pediatric
    gynaecology gynecology, oestrogen estrogen, oesophagus esophagus, oedema edema
    diarrhoea diarrhea, palaeontology paleontology, archaeological archeological
    foetal fetal, mediaeval medieval, aetiology etiology
"""
"""As papers write them, British first."""

UNTOUCHED = """
    exercise exercises exercised precise concise excise circumcise promise promising compromise
    premise surmise comprise comprises enterprise surprise surprising advertise advertising
    advertisement treatise expertise chastise paradise merchandise franchise mortise
    advise adviser revise revised supervised supervision improvise improvisation devise televise
    rise rising arise arising sunrise highrise raise raised praise noise denoising poise wise
    pairwise likewise otherwise clockwise guise disguise bruise cruise prise prize size resize seize
    four fours hour hours tour tours detour contour contours our your pour source course court
    journal glamour velour troubadour devour
    genre acre massacre mediocre macabre timbre cadre oeuvre ogre lucre hundred sacred
    rogue vogue prologue synagogue league colleague
    tell selling spelling controlled controlling propelled rebellion excelled enrolling metallic
    crystalline medallion parallel small shallow millet
    analyst analysis lysine polysemy catalysis flyers
    since fence science evidence advance practitioner
    pass passed discussed assess bass basses kiss
    greyhound agency image packaging language scene sculpture graph
    academia academic aerial phoenix poem coefficient aesthetics shoe toes does goes
    iris irises basis crisis thesis paris virus bias biases
"""


def pairs() -> list[list[str]]:
    return [pair.split() for line in PAIRS.strip().splitlines() for pair in line.split(",")]


@pytest.mark.parametrize(("british", "other"), pairs())
def test_two_spellings_of_a_word_are_one(british: str, other: str) -> None:
    assert stems(british) == stems(other)
    assert stems(british.upper()) == stems(other.title())


@pytest.mark.parametrize("word", UNTOUCHED.split())
def test_a_word_without_another_spelling_is_left_alone(word: str) -> None:
    assert american(word) == word


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("four", "for"), ("hour", "hor"), ("tour", "tor"), ("prise", "prize"), ("our", "or")),
        *(("rise", "rize"), ("size", "sise"), ("contour", "contor"), ("prologue", "prolog")),
        *(("practice", "practitioner"), ("metre", "metric"), ("centre", "central")),
        *(("disc", "disk"), ("story", "storey"), ("tire", "tyre"), ("cheque", "check")),
    ],
)
def test_different_words_stay_different(one: str, other: str) -> None:
    assert stems(one) != stems(other)


@pytest.mark.parametrize("pair", pairs())
def test_what_is_american_stays_so(pair: list[str]) -> None:
    for word in pair:
        assert american(american(word)) == american(word)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("supervised", "supervision"), ("precise", "precision"), ("revise", "revision")),
        *(("concise", "concision"), ("exercise", "exercises"), ("promise", "promising")),
    ],
)
def test_forms_of_a_word_that_met_still_meet(one: str, other: str) -> None:
    assert stems(one) == stems(other)


def test_every_word_that_a_rule_is_for_has_its_mark() -> None:
    words = {word for pair in PAIRS.split(",") for word in pair.split()} | set(UNTOUCHED.split())
    words |= {"parametrize", "focussing", "aluminium", "mould"}
    for mark, pattern, _ in spellings._RULES:
        held = [word for word in words if re.search(pattern, word)]
        assert held, pattern
        assert all(re.search(mark, word) for word in held), pattern
    verbs = list(filter(spellings._ISE.fullmatch, words))
    assert verbs
    assert all(verb.endswith(spellings._ISE_ENDS) for verb in verbs)
