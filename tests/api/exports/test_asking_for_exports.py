"""The formats as people ask for them: by an option, by a parameter of an address."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from starlette.testclient import TestClient

from api.exports.formats import FORMATS

Nearpaper = Callable[..., tuple[int, str, str]]


def test_results_as_bibtex(nearpaper: Nearpaper) -> None:
    code, out, _ = nearpaper("search", "graph kernels", "--limit", "3", "--bibtex")
    assert code == 0
    assert len(parse_string(out).entries) == 3


def test_neighbours_as_ris_and_a_paper_as_csv(nearpaper: Nearpaper) -> None:
    _, out, _ = nearpaper("similar", "2402.00001", "--limit", "4", "--ris")
    assert len(rispy.loads(out)) == 4
    _, out, _ = nearpaper("show", "2402.00001", "--csv")
    (row,) = csv.DictReader(io.StringIO(out))
    assert row["title"] == "On graph kernels, part 1"


@pytest.mark.parametrize("command", [("search", "speech"), ("similar", "2402.00001")])
@pytest.mark.parametrize("other", ["json", "table", "csl"])
def test_one_format_at_a_time(nearpaper: Nearpaper, command: tuple[str, ...], other: str) -> None:
    code, out, err = nearpaper(*command, "--markdown", f"--{other}")
    assert (code, out) == (2, "")
    assert "choose one format" in err


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "address", ["search?q=speech&limit=3", "similar?id=2402.00001&limit=3", "papers/2402.00001?"]
)
def test_over_http(client: TestClient, address: str, form: str) -> None:
    response = client.get(f"/api/v1/{address}&format={form}")
    wanted = next(known for name, known in FORMATS.items() if name == form)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(wanted.media_type)
    assert response.headers["content-disposition"].endswith(f'.{wanted.suffix}"')
    assert "On " in response.text


def test_over_http_the_same_as_on_the_command_line(
    client: TestClient, nearpaper: Nearpaper
) -> None:
    for form in FORMATS:
        _, out, _ = nearpaper("search", "graph kernels", "--limit", "3", f"--{form}")
        assert client.get(f"/api/v1/search?q=graph+kernels&limit=3&format={form}").text == out


def test_an_unknown_format_and_an_unknown_paper_are_problems(client: TestClient) -> None:
    assert client.get("/api/v1/search?q=speech&format=docx").status_code == 422
    response = client.get("/api/v1/papers/2499.99999?format=bibtex")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
