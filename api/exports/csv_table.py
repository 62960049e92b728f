"""CSV that a spreadsheet shows and doesn't run.

A cell that begins with one of some signs is a formula to spreadsheets, which may fetch and start
things: https://owasp.org/www-community/attacks/CSV_Injection. An apostrophe before it makes it
text. All cells are quoted, since elsewhere a comma isn't what parts them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from api.wording import clean
from indexer.papers.paper import Paper

COLUMNS = (
    *("id", "title", "authors", "date", "venue", "categories", "upvotes", "comments"),
    *("doi", "url", "cite_keys", "retracted", "abstract"),
)
_FORMULA = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")


def table(papers: Sequence[Paper]) -> str:
    """A header and one row a paper; what is not known is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(getattr(paper, name)) for name in COLUMNS] for paper in papers)
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None or value is False:
        return ""
    # A lone name is followed by a semicolon, so that a comma in it doesn't make it two.
    text = clean("; ".join(map(str, value)) if isinstance(value, tuple) else str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text
