"""What a search gives back; ``api/serialise.py`` has its one JSON form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, overload

from search.answer.notebook import as_frame, as_html, as_text
from search.answer.result import Result

__all__ = ["Answer", "Result"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Answer:
    """A page of results; iterate over it, index it, take its length.

    An answer without results is still true: the question was answered.

    Attributes:
        query: As asked.
        understood: What was searched for, by name.
        total: How many papers pass the filters and, by words alone, hold a word of the question.
        close: How many papers are close to what was asked; of these facets count the values.
        limit: How many results were asked for.
        offset: How many were passed over.
        facets: How many of the close papers have each value of a field.
        results: At most ``limit`` of them, best first.
        generation: Of the index; two answers of one generation fit together.
        took_ms: Time spent in the engine.
        warnings: What the reader of the answer should know.
        far: Even the nearest paper has nothing to do with the question; a warning says so.
    """

    query: str
    understood: dict[str, Any]
    total: int
    close: int
    limit: int
    offset: int
    facets: dict[str, dict[str, int]]
    results: tuple[Result, ...]
    generation: int
    took_ms: float
    warnings: tuple[str, ...] = ()
    far: bool = False

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    @overload
    def __getitem__(self, place: int) -> Result: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Result, ...]: ...
    def __getitem__(self, place: int | slice) -> Result | tuple[Result, ...]:
        return self.results[place]

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return as_text(self.query, self.total, self.results)

    def _repr_html_(self) -> str:
        return as_html(self.query, self.total, self.results, self.warnings)

    def to_pandas(self) -> Any:  # noqa: ANN401 - pandas need not be there
        """The results as a ``pandas.DataFrame``, see :func:`search.answer.notebook.as_frame`."""
        return as_frame(self.results)
