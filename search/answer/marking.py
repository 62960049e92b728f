"""Which words of a question are marked in the papers that it found: those that carry the match."""

from __future__ import annotations

from functools import lru_cache

from indexer import analysis
from indexer.snapshot import Snapshot

MANY = 30
"""Different words from which on a text is no question but a paper's own."""
HANDFUL = 8
"""Of such a text so many are marked, the rarest that other papers hold, too."""
_FUNCTION_WORDS = """
    about above across after again against all also am among any are around as at be because
    been before being below between both but by can cannot could did do does doing done down
    during each either for from further had has have having he her here hers him his how however
    i if in into is it its itself just let like may me might more most much must my near neither
    no nor not of off on once one only onto or other our ours out over own per quite rather s
    same she should since so some such t than that the their theirs them then there these they
    this those through thus to too toward towards under until up upon us very via was we were
    what when where whether which while who whom whose why will with within without would you
    your d ll m re ve don doesn didn isn aren wasn weren hasn haven hadn won wouldn couldn
    shouldn http https www com org
"""


def marked_stems(snapshot: Snapshot, text: str) -> frozenset[str]:
    """The stems whose words are marked."""
    stems = set(snapshot.stems(text)) - _function_stems()
    if len(stems) <= MANY:
        return frozenset(stems)
    asked = sorted(stems)
    held = dict(zip(asked, snapshot.document_frequencies(asked), strict=True))
    shared = [stem for stem in asked if held[stem] > 1]
    return frozenset(sorted(shared, key=held.__getitem__)[:HANDFUL])


@lru_cache(1)
def _function_stems() -> frozenset[str]:
    return frozenset(analysis.stems(_FUNCTION_WORDS))
