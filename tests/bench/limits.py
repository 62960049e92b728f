"""nearpaper's bare parts on the same files: what no engine around them can be faster than."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer import analysis
from indexer.local.embedder_loading import load_matching
from indexer.local.segments.generation import lexicon_folder, vector_file
from indexer.local.segments.lexicon import open_lexicon
from indexer.local.segments.manifest import Manifest
from indexer.location import using_store
from indexer.models.load import load_embedder
from indexer.models.recipe import document_text
from indexer.papers.paper import Paper
from indexer.where import ALL
from search.engine import Engine
from search.query.parser import parse
from search.ranking.ranking import DEPTH
from tests.bench.measures import Latency, ratio, seconds
from tests.bench.report import Table

WARM_UP = 20
"""Questions that touch the files before times are taken."""
REACH = 1.3
"""Times the sum of its parts that a warm hybrid query may take."""


class Bare:
    """The three libraries under a search, each as fast as it gets."""

    def __init__(self, folder: Path) -> None:
        import faiss

        manifest = Manifest.load(folder)
        if manifest is None:
            raise ValueError(f"{folder}: nothing is published")
        self.embedder = load_matching(folder, manifest.model)
        faiss.omp_set_num_threads(1)  # as the engine does
        files = [vector_file(folder, name) for name in (manifest.base, manifest.tail)]
        self._vectors = [faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC) for path in files]
        if manifest.probing.nlist:
            self._vectors[0].nprobe = manifest.probing.nprobe
        words = lexicon_folder(folder, manifest.lexicon)
        self._lexicon = open_lexicon(words)
        self._searcher = self._lexicon.searcher()

    def encode(self, text: str) -> NDArray[np.float32]:
        """Tokenise and run the model."""
        vector: NDArray[np.float32] = self.embedder.encode_queries([text])[0]
        return vector

    def nearest(self, vector: NDArray[np.float32]) -> None:
        """FAISS, as deep as the engine looks."""
        for index in self._vectors:
            if index.ntotal:
                index.search(vector[None], min(DEPTH, index.ntotal))

    def query(self, text: str) -> Any:
        """The words of a text as Tantivy's own query; not part of the time."""
        from tantivy import Occur, Query

        stems = dict.fromkeys(analysis.stems(text))
        terms = [Query.term_query(self._lexicon.schema, "text", stem) for stem in stems]
        return Query.boolean_query([(Occur.Should, term) for term in terms])

    def words(self, query: Any) -> None:
        """Tantivy, as deep as the engine looks."""
        self._searcher.search(query, limit=DEPTH, count=False)


@dataclass(frozen=True, slots=True)
class Parts:
    """Latencies of the bare parts, of their sum for each question, and of the engine."""

    encode: Latency
    faiss: Latency
    tantivy: Latency
    sum: Latency
    hybrid: Latency

    @property
    def overhead(self) -> float:
        """The engine's median against that of the sum."""
        return ratio(self.hybrid.p50, self.sum.p50)


def parts(folder: Path, questions: Sequence[str]) -> Parts:
    """Each part and the whole engine on each question; meant for a process of its own."""
    bare = Bare(folder)
    # The same model for both: the threads of a second one would get in the way of the first's.
    with Engine.open(folder, embedder=bare.embedder) as engine:
        engine.warm_up()
        for question in questions[:WARM_UP]:
            bare.nearest(bare.encode(question))
            bare.words(bare.query(question))
        # In turn, as in a search: each part finds the processor's caches as the others left them.
        times: list[list[float]] = [[], [], [], []]
        for question in questions[WARM_UP:]:
            text = parse(question).text
            vector, query = bare.encode(text), bare.query(text)
            times[0].append(seconds(partial(bare.encode, text)))
            times[1].append(seconds(partial(bare.nearest, vector)))
            times[2].append(seconds(partial(bare.words, query)))
            times[3].append(seconds(partial(engine.search, question)))
    encode, faiss, tantivy, hybrid = (np.array(some) for some in times)
    rows = (encode, faiss, tantivy, encode + faiss + tantivy, hybrid)
    return Parts(*[Latency.of(row.tolist()) for row in rows])


def encode_seconds(papers: Sequence[Paper]) -> float:
    """The model alone on the papers' texts, all at once."""
    embedder = load_embedder()
    texts = [document_text(paper) for paper in papers]
    return seconds(lambda: embedder.encode_documents(texts))


def exact_ids(folder: Path, questions: Sequence[str], k: int) -> list[list[str]]:
    """Ids of the ``k`` nearest papers by comparing with every vector of the catalog."""
    with using_store(folder) as store:
        snapshot = store.snapshot()
        if snapshot is None:
            raise ValueError(f"{folder}: nothing is published")
        embedder = store.embedder(snapshot.about.model)
        keys = np.concatenate(list(snapshot.scan(ALL)))
        vectors = snapshot.vectors(keys)
        asked = embedder.encode_queries([parse(question).text for question in questions])
        nearest = np.argsort(-(asked @ vectors.T), axis=1, kind="stable")[:, :k]
        return [[paper.id for paper in snapshot.papers(keys[row])] for row in nearest]


def query_table(measured: Parts, papers: int) -> Table:
    """The engine against the sum of its parts."""
    named = {
        "encode the question (OpenVINO)": measured.encode,
        f"FAISS, {DEPTH} deep": measured.faiss,
        f"Tantivy, {DEPTH} deep": measured.tantivy,
        "sum of the parts": measured.sum,
        "nearpaper, hybrid": measured.hybrid,
    }
    base = measured.sum.p50
    return Table(
        f"A hybrid query against its bare parts, {papers:,} papers",
        ("", "p50 ms", "p95 ms", "p50, sum = 1"),
        [(name, time.p50, time.p95, ratio(time.p50, base)) for name, time in named.items()],
        (
            f"Reach at 139,000 papers: {REACH}. With few papers the parts are nearly nothing and "
            "reading ten records weighs more.",
            "The engine also compares the first papers with each other, and reads records.",
        ),
    )


def build_table(build: float, encode: float, papers: int) -> Table:
    """Building against the model alone."""
    return Table(
        f"Building against its limit, {papers:,} papers",
        ("", "seconds", "papers a second", "time, model alone = 1"),
        [
            ("encode_documents alone", encode, papers / encode, 1.0),
            ("nearpaper index", build, papers / build, ratio(build, encode)),
        ],
        ("The limit reads title and abstract once; nearpaper reads each title once more.",),
    )
