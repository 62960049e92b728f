"""What is wrong with the values of a request, in words for people who never heard of pydantic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WANTED = {
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float"), "must be a whole number"),
    **dict.fromkeys(("float_parsing", "float_type"), "must be a number"),
    **dict.fromkeys(("bool_parsing", "bool_type"), "must be true or false"),
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must have at least {min_length} characters",
    "too_long": "must have at most {max_length} values",
    "too_short": "must have at least {min_length} values",
    "literal_error": "must be {expected}",
    "list_type": "must be a list",
    "string_type": "must be text",
    "missing": "must be given",
}


def wanted(fault: Mapping[str, Any]) -> str:
    """What a value must be, by a fault as pydantic tells it."""
    words = _WANTED.get(fault["type"])
    return words.format(**fault.get("ctx", {})) if words else str(fault["msg"])
