"""Dates as other services' clients read them."""

from __future__ import annotations


def first_day(date: str) -> str:
    """Of a day, a month or a year, ``YYYY-MM-DD``, since clients read nothing less exact."""
    return f"{date}{'-01-01'[len(date) - 4 :]}"
