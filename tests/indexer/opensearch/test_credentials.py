"""User, password and key as the cluster reads them, whatever letters they have."""

from __future__ import annotations

from base64 import b64decode

import pytest

from indexer.errors import UsageError
from indexer.opensearch.address import Address
from indexer.opensearch.requests.credentials import KEY, PASSWORD, USER, authorisation

ADDRESS = Address(hosts=(("search.example.org", 9200),), name="papers")


@pytest.mark.parametrize("password", ["open sesame", "pässwort", "zażółć", "暗号"])
def test_a_password_may_have_any_letters(password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(USER, "zoë")
    monkeypatch.setenv(PASSWORD, password)
    kind, token = authorisation(ADDRESS)["headers"]["authorization"].split()
    assert (kind, b64decode(token).decode()) == ("Basic", f"zoë:{password}")


def test_a_key_that_no_header_takes_is_refused_without_being_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(KEY, "secreł")
    with pytest.raises(UsageError, match=KEY) as caught:
        authorisation(ADDRESS)
    assert "secre" not in str(caught.value)
