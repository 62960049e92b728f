"""What was made of the last questions: pages, filters and batches ask the same ones again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar, TypeVarTuple
from weakref import ref

from indexer.kept.recent import Recent

REMEMBERED = 256
"""As many as question vectors are."""

_Asked = TypeVar("_Asked")
_Given = TypeVarTuple("_Given")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class _Held(Generic[_Asked, *_Given, _Result]):
    asked: ref[_Asked]
    results: Recent[tuple[*_Given], _Result]


class Remembered(Generic[_Asked, *_Given, _Result]):
    """A function of a snapshot and of a question, with its last results for the newest snapshot.

    Safe to use from many threads. It holds no snapshot beyond its use.
    """

    def __init__(self, function: Callable[[_Asked, *_Given], _Result]) -> None:
        self._function = function
        self._held: _Held[_Asked, *_Given, _Result] | None = None

    def __call__(self, snapshot: _Asked, *given: *_Given) -> _Result:
        """The same as the function's."""
        held = self._held
        if held is None or held.asked() is not snapshot:
            held = self._held = _Held(ref(snapshot), Recent("questions", REMEMBERED))
        (result,) = held.results.get(
            [given], lambda missing: [self._function(snapshot, *one) for one in missing]
        )
        return result
