"""Where an index is when nobody says."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path


def default_folder() -> Path:
    """``$NEARPAPER_INDEX``, else ``data/index`` where it exists, else in the user's data folder."""
    named = os.environ.get("NEARPAPER_INDEX")
    if named:
        return Path(named)
    local = Path("data/index")
    return local if local.is_dir() else user_data_path("nearpaper") / "index"
