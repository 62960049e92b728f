"""The reference says what the program says of itself."""

from __future__ import annotations

from tests.reference import (
    COMMANDS,
    OPENAPI,
    OPENAPI_ADMIN,
    commands_page,
    openapi_document,
    openapi_of_changes,
)

STALE = "out of date; run `make reference`"


def test_the_page_of_commands_is_what_help_says() -> None:
    assert COMMANDS.read_text(encoding="utf-8") == commands_page(), STALE


def test_the_description_of_the_api_is_what_the_service_gives() -> None:
    assert OPENAPI.read_text(encoding="utf-8") == openapi_document(), STALE
    assert OPENAPI_ADMIN.read_text(encoding="utf-8") == openapi_of_changes(), STALE
