"""The last steps of a copy: no other may come between them, and what was done isn't lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from indexer.errors import IndexBusyError, UsageError
from indexer.local import partial
from indexer.maintenance.backup import backup
from indexer.maintenance.check import check
from indexer.maintenance.copy import copy

MakeIndex = Callable[[Iterable[Mapping[str, object]]], Path]
RECORDS = [{"id": str(n), "title": f"paper {n}", "abstract": "of words"} for n in range(5)]


@pytest.mark.parametrize("step", ["sync_file", "sync_folder"])
@pytest.mark.parametrize("make", [backup, copy])
def test_a_second_copy_takes_nothing_from_the_first(
    make: Callable[[Path, Path], object],
    step: str,
    make_index: MakeIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    index, target = make_index(RECORDS), tmp_path / "copy"
    sync, refused = getattr(partial, step), []

    def meanwhile(path: Path) -> None:
        with pytest.raises((IndexBusyError, UsageError)) as caught:
            make(index, target)
        refused.append(caught.value)
        sync(path)

    monkeypatch.setattr(partial, step, meanwhile)
    make(index, target)
    assert refused
    assert check(target) == []
    assert not list(tmp_path.glob("copy.partial"))
    assert not (target / "copying.lock").exists()


def test_a_copy_that_is_killed_at_its_end_goes_on(
    make_index: MakeIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, target = make_index(RECORDS), tmp_path / "copy"
    with monkeypatch.context() as patch:
        patch.setattr(partial, "sync_file", lambda path: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            copy(index, target)
    tally = copy(index, target)
    assert (tally.added, tally.unchanged) == (0, 5)
    assert check(target) == []
