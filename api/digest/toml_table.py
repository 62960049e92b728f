"""A table of a TOML file, whose values are checked as they are taken."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from email.errors import MessageError
from email.headerregistry import Address
from typing import TypeVar

from api.wording import clean
from indexer.errors import UsageError
from search.option_names import nearest

_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"]{1,190}", re.ASCII)

Choice = TypeVar("Choice", bound=str)


class TomlTable:
    """One table; raises ``UsageError`` for unknown keys.

    Args:
        place: File and table, for messages.
        values: As parsed.
        known: The keys that it may have.
    """

    def __init__(self, place: str, values: object, known: Collection[str]) -> None:
        self.place = place
        if not isinstance(values, Mapping):
            raise UsageError(f"{place}: must be a table")
        self._values: Mapping[str, object] = values
        for key in values:
            if key not in known:
                raise self.wrong(key, f"unknown; {_hint(key, known)}")

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def wrong(self, key: str, what: str) -> UsageError:
        """An error that names the key."""
        return UsageError(f"{self.place}: key '{clean(key)[:100]}': {what}")

    def text(self, key: str, most: int) -> str:
        """A text of up to so many characters on one line; empty where the key isn't there."""
        return self._text(key, self._values[key], most) if key in self else ""

    def needed(self, key: str, most: int) -> str:
        """The same where the key must be there."""
        if key not in self:
            raise self.wrong(key, "missing")
        return self.text(key, most)

    def texts(self, key: str, most: int) -> tuple[str, ...]:
        """Up to so many texts: one, or a list that isn't empty."""
        if key not in self:
            return ()
        value = self._values[key]
        values = value if isinstance(value, list) else [value]
        if not 1 <= len(values) <= most:
            raise self.wrong(key, f"{len(values)} values; give 1 to {most}")
        return tuple(self._text(key, one, 500) for one in values)

    def one_of(self, key: str, known: tuple[Choice, ...], usual: Choice) -> Choice:
        """One of some texts."""
        if key not in self:
            return usual
        for choice in known:
            if self._values[key] == choice:
                return choice
        raise self.wrong(key, f"must be one of {', '.join(known)}")

    def number(
        self, key: str, low: float, high: float, usual: float, *, whole: bool = False
    ) -> float:
        """A number between two others, both included."""
        value = self._values.get(key, usual)
        kinds = (int,) if whole else (int, float)
        # Nothing compares with "not a number".
        if isinstance(value, kinds) and not isinstance(value, bool) and low <= value <= high:
            return value
        kind = "a whole number" if whole else "a number"
        raise self.wrong(key, f"must be {kind} from {low} to {high}")

    def address(self, key: str, text: str) -> str:
        """An e-mail address alone, without a name."""
        try:
            if _ADDRESS.fullmatch(text):
                Address(addr_spec=text)  # knows where dots may stand
                return text
        except (ValueError, MessageError):
            pass
        raise self.wrong(key, f"'{clean(text)}' isn't a plain e-mail address")

    def table(self, key: str) -> object | None:
        """What is to be a table, ``None`` where the key isn't there."""
        return self._values.get(key)

    def tables(self, key: str, most: int) -> Sequence[object]:
        """Up to so many of them."""
        values = self._values.get(key, [])
        if not isinstance(values, list):
            raise self.wrong(key, f"must be a list of tables; write [[{key}]]")
        if len(values) > most:
            raise self.wrong(key, f"{len(values)} tables; at most {most}")
        return values

    def _text(self, key: str, value: object, most: int) -> str:
        if not isinstance(value, str):
            raise self.wrong(key, "must be a string, in quotes")
        text = clean(value)
        if not text:
            raise self.wrong(key, "is empty")
        if len(text) > most:
            raise self.wrong(key, f"{len(text)} characters; at most {most}")
        return text


def _hint(key: str, known: Collection[str]) -> str:
    near = nearest(key, known)
    return f"did you mean '{near}'?" if near else f"known keys are {', '.join(sorted(known))}"
