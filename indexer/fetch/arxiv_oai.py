"""arXiv by OAI-PMH (https://info.arxiv.org/help/oa/): whole sets, and what changes in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from indexer.errors import FetchError, UsageError
from indexer.fetch.archive import Answer, ExpiredError, Page, Place, TryAgainError, mark_of
from indexer.sources.formats.xml.oai_pmh import OaiPage, parse_oai_pmh
from indexer.sources.reading.xml_stream import BrokenXMLError

# The protocol's own definition of a set.
_SET = re.compile(r"[\w.!~*'()-]+(?::[\w.!~*'()-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class ArxivSet:
    """A set of arXiv, such as ``cs`` or ``physics:hep-th``; without one, all of it.

    A page's days are its records' datestamps: those of their last change in the archive.
    """

    set: str = ""
    url: str = "https://oaipmh.arxiv.org/oai"

    source = "arxiv"
    second_hand = False
    domain = "arxiv.org"
    delay = 3.0
    overlap = 1

    def __post_init__(self) -> None:
        if self.set and not _SET.fullmatch(self.set):
            raise UsageError(f"'{self.set}' is no set of arXiv; write it like cs or physics:hep-th")

    @property
    def key(self) -> str:
        """Of the set at this address."""
        return f"{self.url} set={self.set}"

    def request(self, place: Place) -> Mapping[str, str]:
        """A token stands alone; it holds all that it was first asked with."""
        if place.token:
            return {"verb": "ListRecords", "resumptionToken": place.token}
        wanted = {"set": self.set, "from": place.start, "until": place.end}
        given = {name: value for name, value in wanted.items() if value}
        return {"verb": "ListRecords", "metadataPrefix": "arXiv", **given}

    def read(self, place: Place, answer: Answer) -> Page:
        """A page of records; an answer that no record matches is an empty one."""
        try:
            page = parse_oai_pmh(answer.body)
        except BrokenXMLError as error:
            if answer.status != 200:
                raise FetchError(f"{self.url}: the server answers {answer.status}") from None
            raise TryAgainError(f"{error} ({answer.kind or 'no content type'})") from None
        if page.errors:
            return self._refused(page.errors)
        return _page(page)

    def _refused(self, errors: Mapping[str, str]) -> Page:
        if "badResumptionToken" in errors:
            raise ExpiredError
        if "noRecordsMatch" in errors:
            return Page()
        said = "; ".join(f"{code}: {text[:200]}" for code, text in errors.items())
        raise FetchError(f"{self.url}: refuses ({said}); check --set and the dates")


def _page(page: OaiPage) -> Page:
    return Page(
        items=page.items,
        token=page.token,
        counted=len(page.items),
        total=page.total,
        days=tuple(datestamp[:10] for _, datestamp in page.marks),
        mark=mark_of(page.marks),
    )
