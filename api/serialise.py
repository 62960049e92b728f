"""The one JSON form of papers, results and answers, the same on the command line and over HTTP.

A text or number that is not known is ``null``, a list of which nothing is known is ``[]``; no key
is ever left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from api.wording import for_strangers
from indexer.papers.paper import Paper
from search.answer.answer import Answer, Result

_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Delete, C1 controls, line separators, bidirectional controls and lone surrogates: JSON lets them
through, but a terminal may obey them and a reader of lines may split at them."""


def paper_json(paper: Paper) -> dict[str, Any]:
    """Every field of a paper."""
    return {
        "id": paper.id,
        "title": paper.title,
        "abstract": paper.abstract or None,
        "authors": list(paper.authors),
        "author_count": paper.author_count,
        "date": paper.date or None,
        "url": paper.url or None,
        "categories": list(paper.categories),
        "venue": paper.venue or None,
        "upvotes": paper.upvotes,
        "comments": paper.comments,
        "version": paper.version,
        "doi": paper.doi or None,
        "sources": list(paper.sources),
        "submitted": paper.submitted or None,
        "listed": paper.listed or None,
        "licence": paper.licence or None,
        "ids": list(paper.ids),
        "cite_keys": list(paper.cite_keys),
        "retracted": paper.retracted,
        "harvested": paper.harvested or None,
    }


def result_json(result: Result) -> dict[str, Any]:
    """A paper with its rank in front; its score, reasons and other versions behind."""
    return {
        "rank": result.rank,
        **paper_json(result.paper),
        "score": round(result.score, 6),
        "close": result.close,
        "why": dict(result.why),
        "folded": list(result.folded),
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """A whole answer."""
    return {
        "query": answer.query,
        "understood": dict(answer.understood),
        "total": answer.total,
        "close": answer.close,
        "limit": answer.limit,
        "offset": answer.offset,
        "facets": {name: dict(counts) for name, counts in answer.facets.items()},
        "results": [result_json(result) for result in answer.results],
        "generation": answer.generation,
        "took_ms": round(answer.took_ms, 3),
        "warnings": list(answer.warnings),
    }


def answer_over_http(answer: Answer) -> dict[str, Any]:
    """The same for whoever asks from elsewhere: its warnings name no folders."""
    return {**answer_json(answer), "warnings": for_strangers(answer.warnings)}


def to_line(value: Mapping[str, Any], *, ascii_only: bool = False) -> str:
    """``value`` as JSON in one line that is safe to show and to split at line ends."""
    text = json.dumps(value, ensure_ascii=ascii_only, allow_nan=False, default=str)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
