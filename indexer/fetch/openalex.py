"""OpenAlex by its API (https://developers.openalex.org): what a search or a filter finds.

Since 2026 it wants a key, free at https://openalex.org/settings/api, for lists of several pages.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from indexer.errors import FetchError
from indexer.fetch.archive import Answer, ExpiredError, Page, Place, TryAgainError, mark_of
from indexer.sources.formats.jsonl import BadJSONError, parse_value
from indexer.sources.formats.openalex import read_openalex

PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class OpenAlex:
    """What is found, by day of publication.

    Attributes:
        search: Words to look for.
        filter: In OpenAlex's syntax, such as ``authorships.institutions.id:I27837315``.
        mailto: An address to write to, as OpenAlex likes to have it.
        api_key: Of the account that pays for the requests.
    """

    search: str = ""
    filter: str = ""
    mailto: str = ""
    api_key: str = field(default="", repr=False)
    url: str = "https://api.openalex.org/works"

    source = "openalex"
    second_hand = True
    domain = "openalex.org"
    delay = 0.2
    # Works are listed days to weeks after they are published.
    overlap = 30

    @property
    def key(self) -> str:
        """Of the search and the filter at this address."""
        return f"{self.url} search={self.search} filter={self.filter}"

    def request(self, place: Place) -> Mapping[str, str]:
        """The token is a cursor."""
        days = {"from_publication_date": place.start, "to_publication_date": place.end}
        bounds = [f"{name}:{day}" for name, day in days.items() if day]
        wanted = {
            "search": self.search,
            "filter": ",".join([*([self.filter] if self.filter else []), *bounds]),
            "mailto": self.mailto,
            "api_key": self.api_key,
        }
        given = {name: value for name, value in wanted.items() if value}
        return {
            **given,
            "sort": "publication_date:asc",
            "per-page": str(PAGE_SIZE),
            "cursor": place.token or "*",
        }

    def read(self, place: Place, answer: Answer) -> Page:
        """A page of works; the one behind the last is empty."""
        content = _object(answer)
        if answer.status != 200:
            self._refuse(place, answer.status, content)
        meta, works = content.get("meta"), content.get("results")
        if not isinstance(meta, Mapping) or not isinstance(works, list):
            raise TryAgainError("neither meta nor results in the answer")
        cursor, total = meta.get("next_cursor"), meta.get("count")
        named = [work for work in works if isinstance(work, Mapping)]
        return Page(
            items=tuple(read_openalex(io.BytesIO(answer.body))) if works else (),
            token=cursor if works and isinstance(cursor, str) else "",
            counted=len(works),
            total=total if isinstance(total, int) else None,
            days=tuple(str(work.get("publication_date") or "") for work in named),
            mark=mark_of(work.get("id") for work in named) if works else "",
        )

    def _refuse(self, place: Place, status: int, content: Mapping[str, Any]) -> None:
        said = str(content.get("message") or content.get("error") or "")[:200]
        if status in (401, 403):
            raise FetchError(
                f"{self.url}: answers {status} ({said}); get a free key at "
                "https://openalex.org/settings/api and set OPENALEX_API_KEY to it"
            )
        if place.token and "cursor" in said.lower():
            raise ExpiredError
        raise FetchError(f"{self.url}: answers {status} ({said}); check --query and --filter")


def _object(answer: Answer) -> Mapping[str, Any]:
    """The answer's JSON object; of a refusal that has none, an empty one."""
    text = answer.body.decode("utf-8", "replace").strip()
    try:
        value, end = parse_value(text)
    except BadJSONError as error:
        value, end, reason = None, 0, str(error)
    else:
        reason = "no JSON object"
    if isinstance(value, dict) and end == len(text):
        return value
    if answer.status != 200:
        return {}
    raise TryAgainError(reason)
