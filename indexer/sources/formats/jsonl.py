"""JSON Lines: one object a line."""

from __future__ import annotations

from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from typing import Any, BinaryIO

from indexer.sources.reading.raw import BAD_BYTES, MAX_DOCUMENT, Bad, Line, Raw, read_lines


class BadJSONError(ValueError):
    """Text that is no JSON value, with the reason."""


def read_jsonl(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """One record for every line that isn't blank."""
    # The first line may be a whole document, such as an API's answer with all its works.
    for line in read_lines(stream, first=MAX_DOCUMENT):
        if line.reason:
            yield Bad(line.number, line.data, line.reason)
        elif data := line.data.strip():
            yield _record(line._replace(data=data))


def is_jsonl(text: str) -> bool:
    """Whether text begins with an object on a line of its own, or one longer than what we see.

    Lists may also be written with an object on every line, so a document that begins as a list
    counts as JSON Lines only where its first line is a value by itself and more lines follow.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if text.startswith("["):
        return len(lines) > 1 and _is_value(lines[0])
    if text.startswith("{") and len(lines) == 1:
        return True
    return any(line.startswith("{") and _is_value(line) for line in lines)


def parse_value(text: str, start: int = 0) -> tuple[Any, int]:
    """The JSON value that begins at ``start``, and where it ends.

    Raises:
        BadJSONError: There is none, or it is nested deeper than can be read.
    """
    try:
        return _DECODER.raw_decode(text, start)
    except JSONDecodeError as error:
        raise BadJSONError(f"not JSON: {_plain(error.msg)} at column {error.colno}") from None
    except RecursionError:
        raise BadJSONError("not readable JSON: nested too deeply") from None


def _is_value(line: str) -> bool:
    try:
        return not line[parse_value(line)[1] :].strip()
    except BadJSONError:
        return False


def _record(line: Line) -> Raw | Bad:
    try:
        text = line.data.decode()
        value, end = parse_value(text)
    except UnicodeDecodeError:
        return Bad(line.number, line.data, BAD_BYTES)
    except BadJSONError as error:
        return Bad(line.number, line.data, str(error))
    if end != len(text):
        return Bad(line.number, line.data, f"not JSON: more text at column {end + 1}")
    if not isinstance(value, dict):
        return Bad(line.number, line.data, "not a JSON object")
    return Raw(line.number, line.data, value)


def _plain(message: str) -> str:
    return message[:1].lower() + message[1:].removesuffix(" at")


def _whole_number(digits: str) -> int | float:
    # No field needs more digits, and int() refuses or takes long with very many.
    return int(digits) if len(digits) <= 20 else float(digits)


def _unknown(_: str) -> None:
    """NaN and Infinity, which Python writes, too: no field has such a value."""


_DECODER = JSONDecoder(parse_int=_whole_number, parse_constant=_unknown)
