"""What the indexes of one corpus on a cluster are called, and the strict mappings of their fields.

::

    NAME                  alias of the papers that answers come from, for operators and their tools
    NAME.papers-000001-…  one document per version of a paper; another model makes the next number
    NAME.log              one document per change, and the head (head.py) that names what is
                          published
    INDEX.write           alias of each, by which it is written

No name of an index of papers comes twice, so whoever removes one that was of no use then can't
remove another one, however late.

A version of a paper has a row number, is born by a change and dies by a later one. Nothing else of
it ever changes, so a snapshot is a condition on ``born`` and ``died``.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import uuid4

from indexer.analysis import GAP, TOKENS
from indexer.models.embedder import Model
from indexer.opensearch.address import Address

FORMAT = 1
"""Of mappings and documents; one that is newer is refused."""
SHARDS, REPLICAS = 3, 1
VALUE_GAP = 10_000
"""Places between two values of one field, so that no condition joins their words."""

_WORDS = {"type": "text", "analyzer": "whitespace", "similarity": "tantivy"}
_PHRASE = {"type": "text", "analyzer": "gapped", "norms": False}
_VALUES = {
    "type": "text",
    "analyzer": "whitespace",
    "norms": False,
    "position_increment_gap": VALUE_GAP,
}
_KEYWORD, _LONG, _INTEGER = {"type": "keyword"}, {"type": "long"}, {"type": "integer"}
_KEPT = {"type": "keyword", "index": False, "doc_values": False}


def alias(address: Address) -> str:
    """What operators know the papers by."""
    return address.name


def log_index(address: Address) -> str:
    """The index of the head and of the changes."""
    return f"{address.name}.log"


def papers_index(address: Address, number: int) -> str:
    """A name for an index of the papers with the vectors of one model, that nobody had before."""
    return f"{address.name}.papers-{number:06}-{uuid4().hex[:12]}"


def next_index(address: Address, index: str) -> str:
    """The index of papers that takes the place of another."""
    return papers_index(address, int(index.rsplit("-", 2)[1]) + 1)


def settings(address: Address) -> dict[str, Any]:
    """Of an index of papers: BM25 as Tantivy has it, shards and replicas as asked for."""
    return {
        "index": {
            "number_of_shards": address.shards or SHARDS,
            "number_of_replicas": REPLICAS if address.replicas is None else address.replicas,
            "knn": True,
            "refresh_interval": -1,  # a writer refreshes when it publishes
            "similarity": {"tantivy": {"type": "BM25", "k1": 1.2, "b": 0.75}},
        },
        "analysis": {
            "filter": {"gap": {"type": "stop", "stopwords": [GAP]}},
            "analyzer": {
                "gapped": {"type": "custom", "tokenizer": "whitespace", "filter": ["gap"]}
            },
        },
    }


def mapping(address: Address, model: Model, recipe: str) -> dict[str, Any]:
    """Of an index of papers; ``_meta`` says what made the vectors and the words."""
    return {
        "dynamic": "strict",
        "_meta": {
            "format": FORMAT,
            "tokens": TOKENS,
            "recipe": recipe,
            "model": asdict(model),
            "engine": address.engine or "lucene",
        },
        "properties": {
            **{name: _LONG for name in ("row", "born", "died", "arrived", "place", "title_key")},
            **{
                name: _INTEGER
                for name in ("date", "date_end", "upvotes", "year", "date_day", "submitted_day")
            },
            **{name: _KEYWORD for name in ("id", "names", "text_hash", "submitted", "sources")},
            **{name: _KEYWORD for name in ("category", "author", "venue", "category_words")},
            **{name: _VALUES for name in ("author_words", "venue_words")},
            "truncated": {"type": "boolean"},
            "text": {**_WORDS, "index_options": "freqs"},
            "author_text": {**_WORDS, "index_options": "freqs"},
            "title": _PHRASE,
            "abstract": _PHRASE,
            **{name: _KEPT for name in ("record", "told", "half")},
            "vector": _vector(model.dimension, address.engine or "lucene"),
        },
    }


def _vector(dimension: int, engine: str) -> dict[str, Any]:
    """Unit vectors by inner product, which orders them as their cosine does.

    FAISS keeps halves (SQfp16), as we do; Lucene keeps floats.
    """
    parameters: dict[str, Any] = {"m": 16, "ef_construction": 100}
    if engine == "faiss":
        parameters["encoder"] = {"name": "sq", "parameters": {"type": "fp16"}}
    return {
        "type": "knn_vector",
        "dimension": dimension,
        "space_type": "innerproduct",
        "method": {"name": "hnsw", "engine": engine, "parameters": parameters},
    }


def log_settings(address: Address) -> dict[str, Any]:
    """Of the log: small, and as safe as the papers."""
    replicas = REPLICAS if address.replicas is None else address.replicas
    return {"index": {"number_of_shards": 1, "number_of_replicas": replicas}}


LOG_MAPPING: dict[str, Any] = {
    "dynamic": "strict",
    "_meta": {"format": FORMAT},
    "properties": {
        "number": _LONG,
        "made": _KEYWORD,
        "committed": {"type": "boolean"},
        "value": {"type": "object", "enabled": False},
    },
}
"""``value`` is the head, or what a change brings beside papers."""
