from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.indexer.models.tiny_models import ARCHITECTURES, TOKENS

MakeBase = Callable[..., Path]


@pytest.fixture(scope="session")
def make_base(tmp_path_factory: pytest.TempPathFactory) -> MakeBase:
    """Makes the encoder of an architecture once, with the same weights in every run."""
    made: dict[tuple[str, int], Path] = {}

    def make(architecture: str, tokens: int = TOKENS) -> Path:
        from torch import manual_seed

        from indexer.models.torch_embedder import quiet

        if (architecture, tokens) not in made:
            folder = tmp_path_factory.mktemp("base")
            with quiet():
                manual_seed(7)
                ARCHITECTURES[architecture](folder, tokens)
            made[architecture, tokens] = folder
        return made[architecture, tokens]

    return make
