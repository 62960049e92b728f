"""Which requests may say what copy of a shard answers: OpenSearch refuses it in all others."""

from __future__ import annotations

import pytest

from indexer.opensearch.requests.client import OF_COPIES


@pytest.mark.parametrize(
    ("asked", "is_of_copies"),
    [
        ("POST /papers.docs/_search", True),
        ("POST /papers.docs/_mget", True),
        ("GET /papers.log/_doc/glossary-1-0", True),
        ("PUT /papers.log/_doc/head", False),
        ("PUT /papers.log/_create/change-7", False),
        ("DELETE /papers.log/_doc/glossary-1-0", False),
        ("POST /papers.log/_doc/head", False),
        ("POST /_bulk", False),
        ("GET /papers.log/_count", False),
    ],
)
def test_only_what_reads_papers_or_records_names_copies(asked: str, is_of_copies: bool) -> None:
    assert bool(OF_COPIES.match(asked)) is is_of_copies
