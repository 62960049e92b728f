"""How much is worked on at once depends on who does the work."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.http.load.bounds import BOUNDS, CORES, bounds_over

ADDRESS = "opensearch+http://127.0.0.1:9200/papers"


def test_more_is_worked_on_while_a_cluster_searches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bounds_over(str(tmp_path)).running == BOUNDS.running == max(2, CORES)
    assert bounds_over(ADDRESS).running == 2 * CORES
    monkeypatch.setenv("NEARPAPER_INDEX", ADDRESS)
    assert bounds_over(None).running == 2 * CORES
