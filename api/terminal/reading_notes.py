"""What people should know of how their files were read, in lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from api.wording import clean, counted
from indexer.progress import InputReport

_MOST_HEADINGS = 40
"""Headings of one kind that are listed."""
_LONGEST = 60
"""Characters of a value that is quoted."""


def reading_notes(reports: Iterable[InputReport]) -> Iterator[str]:
    """Of each input what its columns were taken for, its encoding, and what most papers lack."""
    for report in reports:
        name = clean(report.path)
        if report.used:
            yield f"{name}: {columns(report)}"
        if report.numbered:
            yield f"{name}: the ids only count the rows, so papers go by their DOIs or titles"
        if report.encoding:
            yield f"{name}: read as {report.encoding}, since it isn't UTF-8"
        yield from _lacks(report, name)
        if not report.papers and report.rejected:
            yield (
                f"{name}: no paper in it: {counted(report.rejected, 'record')} rejected, the first "
                f"because: {clean(report.reason)}"
            )
        elif not report.papers:
            yield f"{name}: no paper in it, though it was read as {report.format}"


def columns(report: InputReport) -> str:
    """What a table's columns were taken for, and which were not used."""
    fields: dict[str, list[str]] = {}
    for heading, field in report.used.items():
        fields.setdefault(field, []).append(f"“{_short(heading)}”")
    told = ", ".join(f"{field} from {' or '.join(names)}" for field, names in fields.items())
    return f"{told}; not used: {_listed(report.unused)}"


def _listed(headings: tuple[str, ...]) -> str:
    shown = [f"“{_short(heading)}”" for heading in headings[:_MOST_HEADINGS]]
    more = len(headings) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "") or "none"


def _lacks(report: InputReport, name: str) -> Iterator[str]:
    for field, count in report.without.items():
        if 2 * count > report.papers:
            known = _known(report.examples[field])
            yield (
                f"warning: {name}: {count:,} of {counted(report.papers, 'paper')} without "
                f"{'an' if field[0] in 'aeiou' else 'a'} {field}; one of them: {known}"
            )


def _known(fields: Mapping[str, object]) -> str:
    return "; ".join(f"{name} {_short(_text(value))}" for name, value in fields.items())


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _short(text: str) -> str:
    line = clean(text)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
