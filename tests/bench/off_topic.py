"""What nobody should find among papers on computing: everyday wishes, and words without sense.

Written for this measure alone: what the index itself compares questions with must be others, or
the measure would say nothing.
"""

from __future__ import annotations

from collections.abc import Sequence


def _lines(text: str) -> Sequence[str]:
    return tuple(line for line in map(str.strip, text.splitlines()) if line)


WISHES = _lines(
    """
    how long to simmer a beef stew with red wine
    substitute for buttermilk in pancakes
    sourdough starter smells like vinegar
    crispy roast potatoes in goose fat
    what to do with leftover risotto
    gluten-free birthday cake with strawberries
    pickling cucumbers without sugar
    best cheese for a fondue
    when to prune climbing roses
    tomatoes splitting on the vine
    slugs eating my lettuce seedlings
    how deep to plant tulip bulbs
    moss in a shady lawn
    repotting an orchid after flowering
    compost heap attracts rats
    cheap ferry from Naples to Capri
    hiking huts in the Dolomites in September
    visa for a layover in Istanbul
    what to pack for a week in Iceland
    night train from Vienna to Venice
    quiet beaches near Lisbon
    renting a campervan in New Zealand
    offside rule explained to children
    who won the rowing at Henley
    training plan for a first half marathon
    how to wax cross-country skis
    tennis elbow strap or rest
    handicap in golf for beginners
    swimming lessons for toddlers near me
    score of yesterday's cricket match
    squeaky brakes on an old bicycle
    how often to change the oil of a diesel van
    winter tyres or all-season tyres
    scratched car door repair cost
    caravan roof leaks in heavy rain
    how to bleed a radiator
    painting a ceiling without drips
    removing candle wax from a tablecloth
    dishwasher leaves white spots on glasses
    sanding and oiling an oak floor
    replacing a washer in a dripping tap
    curtains for a bay window
    knitting a cardigan with raglan sleeves
    how to sew an invisible zip
    crochet blanket for a newborn
    getting turmeric stains out of linen
    leather boots that don't need breaking in
    what to wear to a garden wedding
    engagement ring with a sapphire
    beard oil or balm
    puppy chews the furniture at night
    my cat refuses the new litter box
    best hay for guinea pigs
    how warm should a tortoise sleep
    chickens stopped laying in winter
    cleaning a saltwater aquarium
    divorce lawyer fees in Ohio
    how to write a will without a notary
    tenant refuses to leave the flat
    deposit not returned by landlord
    inheritance tax on a holiday home
    fixed or variable mortgage
    claiming travel costs for a second job
    lost luggage compensation from the airline
    cancel a gym membership early
    speech for my sister's wedding
    presents for a grandmother turning eighty
    games for a rainy afternoon with small children
    baby won't sleep through the night
    lunch boxes for picky eaters
    choosing a primary school with a good choir
    first piano for an adult beginner
    tuning a ukulele by ear
    lyrics of old sea shanties
    opera tickets in Verona
    films like Casablanca
    who plays the butler in that murder mystery
    novels set in a lighthouse
    how to polish a silver teapot
    date of Easter next year
    horoscope for Scorpio this week
    bridge bidding after one no trump
    rules of backgammon
    stamps from the Weimar republic worth money
    """
)
"""Cooking, gardens, travel, sports, vehicles, homes, clothes, animals, law, families, leisure."""

NONSENSE = _lines(
    """
    xqzv plorb wintle
    asdf jkl asdf jkl
    blorptang frimmel dooz
    qwerqwer zxcvzxcv
    snorfle the grebulous wumptious
    lkjhgf poiuyt
    vrrrm tktktk pfffft
    ooga booga wakka
    frabble dinklewort spoonish
    zzzzzz yyyyyy
    hjklhjkl
    mimsy slithergrub outgribbled
    ggnnrr aabbxx
    glimphorous quandlefish
    tralala dumdidum
    eeeeek
    """
)

OFF_TOPIC = (*WISHES, *NONSENSE)
