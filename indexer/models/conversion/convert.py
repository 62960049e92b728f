"""A sentence-transformer made into an OpenVINO model, with torch only where it has to be."""

from __future__ import annotations

import logging
from pathlib import Path

from indexer.models.cache import Facts
from indexer.models.conversion.bert import convert_bert
from indexer.models.conversion.bert_settings import OtherModelError
from indexer.models.hub import ModelFolder
from indexer.models.torch_embedder import require_torch

_LOG = logging.getLogger("nearpaper")


def convert(folder: ModelFolder, target: Path) -> Facts:
    """Write the converted model into ``target``.

    Raises:
        ConversionError: OpenVINO can't run it with the vectors it has under torch.
        ModelError: It can't be loaded, or needs torch, which isn't installed.
    """
    try:
        return convert_bert(folder.path, target)
    except OtherModelError as error:
        _LOG.debug("%s is left to torch (%s)", folder.name, error)
        require_torch(folder, str(error))
    from indexer.models.conversion.traced import convert_traced

    return convert_traced(folder, target)
