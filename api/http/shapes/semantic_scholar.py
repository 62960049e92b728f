"""Papers as Semantic Scholar's API gives them, with the fields that are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from indexer.errors import UsageError
from indexer.papers.ids import archive_of
from indexer.papers.paper import Paper

S2_FIELDS = frozenset(
    (
        *("paperId", "corpusId", "externalIds", "url", "title", "abstract", "venue", "year"),
        *("publicationDate", "authors", "fieldsOfStudy", "s2FieldsOfStudy", "journal"),
        *("publicationVenue", "publicationTypes", "referenceCount", "citationCount"),
        *("influentialCitationCount", "isOpenAccess", "openAccessPdf", "citationStyles"),
        *("citations", "references", "embedding", "tldr", "textAvailability", "matchScore"),
    )
)
"""All that may be asked for; what the index doesn't keep is ``null``."""
DEFAULT = "title"

_HASH = re.compile(r"[0-9a-f]{40}")
_PREFIXES = {"corpusid:": "CorpusId", "pmid:": "PubMed", "pmcid:": "PubMedCentral"}
_ARCHIVES = {"arxiv": "ArXiv", "acl": "ACL"}
_PHYSICS = (
    *("astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph"),
    *("nlin", "nucl-ex", "nucl-th", "physics", "quant-ph"),
)
STUDIES: dict[str, tuple[str, ...]] = {
    "Computer Science": ("cs",),
    "Mathematics": ("math", "stat"),
    "Physics": _PHYSICS,
    "Biology": ("q-bio",),
    "Economics": ("econ", "q-fin"),
    "Engineering": ("eess",),
}
"""Fields of study, and the archives of arXiv that belong to them."""
_STUDY_OF = {archive: study for study, archives in STUDIES.items() for archive in archives}


def s2_fields(text: str) -> frozenset[str]:
    """The fields of a list with commas, nested ones by their first part; the id is always there.

    Raises:
        UsageError: One of them is unknown.
    """
    names = {name.strip().partition(".")[0] for name in (text or DEFAULT).split(",")} - {""}
    if unknown := names - S2_FIELDS:
        raise UsageError(
            f"fields: no such field: {', '.join(sorted(unknown))}; choose from "
            f"{', '.join(sorted(S2_FIELDS))}"
        )
    return frozenset({"paperId", *names})


def s2_paper(paper: Paper, fields: frozenset[str]) -> dict[str, Any]:
    """A paper with these fields; ``null`` is what the index doesn't know."""
    external = external_ids(paper)
    studies = _studies(paper.categories)
    whole: dict[str, Any] = {
        "paperId": paper_id(paper),
        "corpusId": external.get("CorpusId"),
        "externalIds": external,
        "url": paper.url or None,
        "title": paper.title,
        "abstract": paper.abstract or None,
        "venue": paper.venue or None,
        "year": int(paper.date[:4]) if paper.date else None,
        "publicationDate": paper.date if len(paper.date) == len("YYYY-MM-DD") else None,
        "authors": [{"authorId": None, "name": name} for name in paper.authors],
        "fieldsOfStudy": studies or None,
        "s2FieldsOfStudy": [{"category": study, "source": "external"} for study in studies],
    }
    return {name: whole.get(name) for name in sorted(fields)}


def paper_id(paper: Paper) -> str:
    """Semantic Scholar's own id where it is known, else ours; either is understood."""
    return next((id for id in paper.ids if _HASH.fullmatch(id)), paper.id)


def external_ids(paper: Paper) -> dict[str, str | int]:
    """A paper's ids by archive, as Semantic Scholar names these."""
    found: dict[str, str | int] = {"DOI": paper.doi} if paper.doi else {}
    for id in (*reversed(paper.ids), paper.id):
        if archive := archive_of(id):
            found[_ARCHIVES[archive]] = id
        elif id.startswith("10."):
            found["DOI"] = id
        else:
            prefix, colon, number = id.partition(":")
            if name := _PREFIXES.get(prefix + colon):
                found[name] = int(number) if name == "CorpusId" and number.isdecimal() else number
    return found


def _studies(categories: Iterable[str]) -> list[str]:
    archives = (category.partition(".")[0] for category in categories)
    return list(dict.fromkeys(_STUDY_OF[one] for one in archives if one in _STUDY_OF))
