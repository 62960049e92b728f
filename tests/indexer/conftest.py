"""What tests share: models, since converting one takes seconds, and a way to open an index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from indexer.location import using_store
from indexer.models.embedder import Embedder
from indexer.models.load import load_embedder
from indexer.snapshot import Snapshot

ABSTRACTS = (
    "Deep networks trained on small algorithmic tasks may first memorise their examples and only "
    "much later, long after the training loss has vanished, begin to generalise. We follow the "
    "weights through this delay and find that a slow growth of structured circuits explains it.",
    "We measure the spin and mass of a black hole in a close binary from the broadened iron line "
    "in its X-ray spectrum, and compare the result with what the thermal continuum gives.",
    "A sparse mixture of experts routes each token to two of sixty-four feed-forward blocks. We "
    "show that balancing the load by a bias term, with no auxiliary loss, trains as stably.",
    "Let $G$ be a finite simple graph. We prove that its chromatic polynomial has no real zero in "
    "the interval $(1, 32/27]$, and that the bound $32/27 \\approx 1.185$ cannot be improved.",
    "Protein language models learn contacts between residues from sequences alone. Attention maps "
    "of the middle layers already hold the secondary structure, as linear probes reveal.",
    "Weather forecasts by neural operators are fast but blur. By training a diffusion model on the "
    "residual of a deterministic forecast we recover the spectrum of wind at small scales.",
    "We present a corpus of 14,000 spoken dialogues in six languages of West Africa, with "
    "transcripts, translations and speaker metadata, and report word error rates of three systems.",
    "Gradient descent with a large step size first oscillates and then settles in flat minima. We "
    "derive the edge of stability for two-layer networks with quadratic activation.",
    "Retrieval-augmented generation fails when passages contradict each other. Our benchmark pairs "
    "questions with sources of known reliability and asks models to say which they believed.",
    "Superconductivity near 80 K has been reported in a bilayer nickelate under pressure. We model "
    "the pairing by a fluctuation-exchange calculation on a two-orbital Hubbard lattice.",
)


@pytest.fixture
def reading() -> Iterator[Callable[[Path], Snapshot]]:
    """Opens an index as readers do; gives what is published there now."""
    with ExitStack() as opened:

        def read(index: Path) -> Snapshot:
            store = opened.enter_context(using_store(index))
            store.recover()
            snapshot = store.snapshot()
            assert snapshot is not None
            return snapshot

        yield read


@pytest.fixture(scope="session")
def abstracts() -> list[str]:
    return list(ABSTRACTS)


@pytest.fixture(scope="session")
def default_embedder(model_cache: Path) -> Embedder:
    return load_embedder()


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny random BERT that has prompts and reads 32 tokens."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from torch import manual_seed
    from transformers import BertConfig, BertModel, BertTokenizer

    from indexer.models.torch_embedder import quiet

    base = tmp_path_factory.mktemp("bert")
    folder = tmp_path_factory.mktemp("small-model")
    words = sorted({word for text in ABSTRACTS for word in text.lower().split() if word.isalpha()})
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ":", "query", "passage", *words]
    (base / "vocab.txt").write_text("\n".join(dict.fromkeys(vocabulary)))
    with quiet():
        manual_seed(7)
        config = BertConfig(
            vocab_size=len(set(vocabulary)),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=64,
        )
        BertModel(config).save_pretrained(base)
        BertTokenizer.from_pretrained(base).save_pretrained(base)
        transformer = Transformer(str(base), max_seq_length=32)
        SentenceTransformer(
            modules=[transformer, Pooling(32, "mean"), Normalize()],
            prompts={"query": "query: ", "document": "passage: "},
            device="cpu",
        ).save(str(folder))
    return folder
