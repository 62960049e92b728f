"""How much may be asked for, the same on every face."""

MAX_QUESTION = 10_000
"""Characters of a question; far more than any model reads."""
LIMIT = 10
"""Results in one answer where nobody says."""
MAX_LIMIT = 1_000
"""The most results in one answer."""
MAX_DEPTH = 10_000
"""How far ``offset + limit`` reaches down the ranking."""
MAX_VALUES = 50
"""Values of one filter."""
MAX_VALUE = 500
"""Characters of an id or of a filter's value; the longest DOIs and names are shorter."""
MAX_IDS = 100
"""Papers that one answer is to be similar to."""
MAX_LIBRARY = 1_000
"""Papers of a library whose taste an answer is to suit."""
MAX_BATCH = 1_000
"""Questions and papers in one request."""
MAX_LOOKUP = 1_000
"""Papers looked up at once."""
