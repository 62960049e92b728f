"""What people would otherwise take, each used as its documentation says, with the same model.

A peer embeds and keeps title and abstract of papers, and answers a question in words with the
records of the ten nearest. All find the model in a folder; nothing is fetched, nothing reported.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from indexer.location import open_store
from indexer.models.embedder import DEFAULT_MODEL
from indexer.models.hub import find_model
from indexer.models.load import load_embedder
from indexer.models.recipe import document_text
from indexer.papers.paper import Paper
from indexer.pipeline import add
from search.engine import Engine
from search.ranking.encoder import Encoder
from tests.bench.papers import write_papers

K = 10
BATCH = 32
QUIET = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TQDM_DISABLE": "1",
}

Record = Mapping[str, Any]
"""At least ``id``, ``title`` and ``abstract`` of a paper."""


class Peer(Protocol):
    """Made with an empty folder of its own; the model is loaded then."""

    modes: tuple[str, ...]

    def __init__(self, folder: Path) -> None: ...

    def build(self, papers: Sequence[Paper]) -> None:
        """Embed the papers and keep them."""
        ...

    def ask(self, question: str, mode: str) -> list[Record]:
        """The records of the :data:`K` best papers, best first."""
        ...


def model_path() -> str:
    """The folder of the model that everyone uses."""
    return str(find_model(DEFAULT_MODEL).path)


def record(paper: Paper) -> dict[str, str]:
    """What a peer keeps of a paper beside its vector."""
    return {
        "id": paper.id,
        "title": paper.title,
        "abstract": paper.abstract,
        "authors": ", ".join(paper.authors),
        "date": paper.date,
        "url": paper.url,
    }


class Nearpaper:
    """This project: an index on disk, opened by the engine that the command line opens."""

    modes: tuple[str, ...] = ("hybrid", "dense", "lexical")

    def __init__(self, folder: Path) -> None:
        load_embedder()  # converts the model where that was never done
        self._source, self._index = folder / "papers.jsonl", folder / "index"
        self._engine: Engine | None = None

    def build(self, papers: Sequence[Paper]) -> None:
        write_papers(papers, self._source)
        add(self._index, [str(self._source)])

    def ask(self, question: str, mode: str) -> list[Record]:
        if self._engine is None:
            # Without a memory of questions: each is asked in every mode.
            store = open_store(self._index)
            self._engine = Engine(store, Encoder(store, remembered=0))
        chosen: Any = mode
        answer = self._engine.search(question, mode=chosen, limit=K)
        return [record(result.paper) for result in answer.results]


class ByHand:
    """sentence-transformers, an exact FAISS index, and a list of records."""

    modes: tuple[str, ...] = ("dense",)

    def __init__(self, folder: Path) -> None:
        from sentence_transformers import SentenceTransformer

        self._folder = folder
        self._model = SentenceTransformer(model_path(), device="cpu")

    def _encode(self, texts: Sequence[str]) -> Any:
        return self._model.encode(list(texts), batch_size=BATCH, normalize_embeddings=True)

    def build(self, papers: Sequence[Paper]) -> None:
        import faiss

        vectors = self._encode([document_text(paper) for paper in papers])
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)
        self._records = [record(paper) for paper in papers]
        faiss.write_index(self._index, str(self._folder / "vectors.faiss"))
        (self._folder / "records.json").write_text(json.dumps(self._records), encoding="utf-8")

    def ask(self, question: str, mode: str) -> list[Record]:
        _, places = self._index.search(self._encode([question]), K)
        return [self._records[place] for place in places[0] if place >= 0]


class Txtai:
    """txtai's hybrid index with its content kept in SQLite.

    ``maxlength`` makes it read as much of a text as the model is made for; else it reads twice as
    much and takes twice as long.
    """

    modes: tuple[str, ...] = ("dense", "hybrid")

    def __init__(self, folder: Path) -> None:
        from txtai import Embeddings

        self._folder = folder
        self._index = Embeddings(
            path=model_path(), content=True, maxlength=True, gpu=False, hybrid=True
        )

    def build(self, papers: Sequence[Paper]) -> None:
        rows = ((p.id, {"text": document_text(p), **record(p)}, None) for p in papers)
        self._index.index(rows)
        self._index.save(str(self._folder / "txtai"))
        self._words = self._index.scoring

    def ask(self, question: str, mode: str) -> list[Record]:
        # Without its words, the index answers as one that was made without them.
        self._index.scoring = self._words if mode == "hybrid" else None
        sql = "select id, title, abstract, authors, date, url from txtai where similar(:question)"
        found: list[Record] = self._index.search(sql, K, parameters={"question": question})
        return found


class Chroma:
    """A persistent collection with Chroma's embedding function for sentence-transformers."""

    modes: tuple[str, ...] = ("dense",)

    def __init__(self, folder: Path) -> None:
        import chromadb
        from chromadb.config import Settings
        from chromadb.utils import embedding_functions

        settings = Settings(anonymized_telemetry=False)
        client = chromadb.PersistentClient(str(folder / "chroma"), settings)
        self._batch = client.get_max_batch_size()
        self._papers = client.create_collection(
            "papers",
            embedding_function=embedding_functions.SentenceTransformerEmbeddingFunction(
                model_name=model_path(), device="cpu", normalize_embeddings=True
            ),
            configuration={"hnsw": {"space": "cosine"}},
        )

    def build(self, papers: Sequence[Paper]) -> None:
        for start in range(0, len(papers), self._batch):
            some = papers[start : start + self._batch]
            self._papers.add(
                ids=[paper.id for paper in some],
                documents=[document_text(paper) for paper in some],
                metadatas=[record(paper) for paper in some],
            )

    def ask(self, question: str, mode: str) -> list[Record]:
        found = self._papers.query(query_texts=[question], n_results=K)
        records: list[Record] = found["metadatas"][0]
        return records


class Lance:
    """A LanceDB table that embeds what it is given, with a full-text index beside."""

    modes: tuple[str, ...] = ("dense", "hybrid")

    def __init__(self, folder: Path) -> None:
        import lancedb
        from lancedb.embeddings import get_registry
        from lancedb.pydantic import LanceModel, Vector
        from pydantic import create_model

        embeds = get_registry().get("sentence-transformers")
        model = embeds.create(name=model_path(), device="cpu", trust_remote_code=False)
        names = dict.fromkeys(("id", "title", "abstract", "authors", "date", "url"), (str, ...))
        schema = create_model(  # type: ignore[call-overload]
            "Row",
            __base__=LanceModel,
            **names,
            text=(str, model.SourceField()),
            vector=(Vector(model.ndims()), model.VectorField()),
        )
        self._papers = lancedb.connect(folder / "lance").create_table("papers", schema=schema)

    def build(self, papers: Sequence[Paper]) -> None:
        from lancedb.index import FTS

        self._papers.add([{"text": document_text(p), **record(p)} for p in papers])
        self._papers.create_index("text", config=FTS())

    def ask(self, question: str, mode: str) -> list[Record]:
        kind = "hybrid" if mode == "hybrid" else "vector"
        search = self._papers.search(question, query_type=kind).distance_type("cosine")
        found: list[Record] = search.limit(K).to_list()
        return found


class Qdrant:
    """Qdrant's local mode, on disk; vectors by sentence-transformers, since FastEmbed's model
    would have to be fetched."""

    modes: tuple[str, ...] = ("dense",)

    def __init__(self, folder: Path) -> None:
        from qdrant_client import QdrantClient, models
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(model_path(), device="cpu")
        self._client = QdrantClient(path=str(folder / "qdrant"))
        size = self._model.get_embedding_dimension()
        config = models.VectorParams(size=size, distance=models.Distance.COSINE)
        self._client.create_collection("papers", vectors_config=config)

    def build(self, papers: Sequence[Paper]) -> None:
        from qdrant_client import models

        vectors = self._model.encode([document_text(p) for p in papers], batch_size=BATCH)
        points = (
            models.PointStruct(id=number, vector=vector.tolist(), payload=record(paper))
            for number, (paper, vector) in enumerate(zip(papers, vectors, strict=True))
        )
        self._client.upload_points("papers", points)

    def ask(self, question: str, mode: str) -> list[Record]:
        vector = self._model.encode(question)
        found = self._client.query_points("papers", query=vector, limit=K)
        return [point.payload for point in found.points]


PEERS: dict[str, tuple[str, Callable[[Path], Peer]]] = {
    "nearpaper": ("openvino", Nearpaper),
    "sentence-transformers + FAISS": ("sentence_transformers", ByHand),
    "txtai": ("txtai", Txtai),
    "Chroma": ("chromadb", Chroma),
    "LanceDB": ("lancedb", Lance),
    "Qdrant, local": ("qdrant_client", Qdrant),
}
"""By name: the module without which it can't run, and how it is made."""


def is_installed(name: str) -> bool:
    """Whether a peer can run here."""
    return find_spec(PEERS[name][0]) is not None


def installed() -> Iterator[str]:
    """Names of the peers that can run here, nearpaper first."""
    return (name for name in PEERS if is_installed(name))


def make(name: str, folder: Path) -> Peer:
    """A peer in an empty folder, with everything that would reach out switched off."""
    os.environ.update(QUIET)
    folder.mkdir(parents=True, exist_ok=True)
    return PEERS[name][1](folder)
