"""arXiv's query interface (https://info.arxiv.org/help/api/user-manual.html): what matches words.

In the order of first submission, so that papers that come meanwhile move none to another page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from indexer.errors import FetchError, UsageError
from indexer.fetch.archive import Answer, Page, Place, TryAgainError, mark_of
from indexer.sources.formats.xml.arxiv_atom import parse_arxiv_atom
from indexer.sources.reading.xml_stream import BrokenXMLError

PAGE_SIZE = 200
MAX_RESULTS = 30_000
"""arXiv gives no more of one query."""


@dataclass(frozen=True, slots=True)
class ArxivQuery:
    """A query as arXiv words them, such as ``cat:cs.CL AND abs:grokking``."""

    query: str
    url: str = "https://export.arxiv.org/api/query"

    source = "arxiv"
    second_hand = False
    domain = "arxiv.org"
    delay = 3.0
    # A paper is listed some days after its submission, more over weekends and holidays.
    overlap = 7

    @property
    def key(self) -> str:
        """Of the query at this address."""
        return f"{self.url} query={self.query}"

    def request(self, place: Place) -> Mapping[str, str]:
        """The token is the number of papers on the pages before."""
        query = self.query
        if place.start or place.end:
            first = f"{(place.start or '1991-01-01').replace('-', '')}0000"
            last = f"{(place.end or '2999-12-31').replace('-', '')}2359"
            query = f"({query}) AND submittedDate:[{first} TO {last}]"
        return {
            "search_query": query,
            "start": place.token or "0",
            "max_results": str(PAGE_SIZE),
            "sortBy": "submittedDate",
            "sortOrder": "ascending",
        }

    def read(self, place: Place, answer: Answer) -> Page:
        """A page of entries."""
        try:
            page = parse_arxiv_atom(answer.body)
        except BrokenXMLError as error:
            if answer.status != 200:
                raise FetchError(f"{self.url}: the server answers {answer.status}") from None
            raise TryAgainError(f"{error} ({answer.kind or 'no content type'})") from None
        if page.error:
            raise FetchError(f"{self.url}: refuses the query ({page.error[:200]})")
        if page.total > MAX_RESULTS:
            raise UsageError(
                f"{page.total:,} papers match, arXiv gives at most {MAX_RESULTS:,} of a query; "
                "narrow it by --from and --to, or fetch a --set"
            )
        before = int(place.token or 0)
        after = before + len(page.items)
        if not page.items and before < page.total:
            # Now and then it answers so in the midst of a list, and well a moment later.
            raise TryAgainError(f"an empty page at {before:,} of {page.total:,}")
        return Page(
            items=page.items,
            token=str(after) if after < page.total else "",
            counted=len(page.items),
            total=page.total,
            mark=mark_of(page.ids),
        )
