"""Text in, unit vectors out: sentence-transformers, run under OpenVINO or torch.

Start at ``embedder.py`` (the protocol) and ``load.py``. Always holds: weights are checked before
use, torch is imported only where a model needs it. Nothing here knows of an index.
"""
