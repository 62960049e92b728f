"""What sort of publication a paper is, as far as the name of its venue tells."""

from __future__ import annotations

import re
from enum import Enum

from indexer.papers.ids import archive_of
from indexer.papers.paper import Paper

_PROCEEDINGS = re.compile(
    r"\b(?:proceedings|conference|workshop|symposium|findings|annual meeting|"
    r"NeurIPS|NIPS|ICML|ICLR|CVPR|ICCV|ECCV|ACL|EMNLP|NAACL|EACL|AAAI|IJCAI|SIGIR|KDD|WWW|COLING)\b",
    re.IGNORECASE,
)


class Kind(Enum):
    """The three sorts that all formats tell apart."""

    ARTICLE = "article"
    PROCEEDINGS = "proceedings"
    PREPRINT = "preprint"


def kind_of(paper: Paper) -> Kind:
    """A paper without a venue is a preprint."""
    if not paper.venue:
        return Kind.PREPRINT
    return Kind.PROCEEDINGS if _PROCEEDINGS.search(paper.venue) else Kind.ARTICLE


def arxiv_id(paper: Paper) -> str:
    """The paper's id at arXiv, empty where it has none."""
    return next((id for id in (paper.id, *paper.ids) if archive_of(id) == "arxiv"), "")
