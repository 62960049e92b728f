"""The page of a map: where its points lead."""

from __future__ import annotations

import json

import numpy as np
import pytest

from api.pages.map.map_page import map_page
from search.map.map import Heading, Map


def addresses(page: str) -> list[str]:
    """Where the papers of a map lead, as its script puts them together."""
    told = json.loads(page.split('id="data">')[1].split("</script>")[0])
    return [told["bases"][-1] + rest for rest in told["rests"]]


@pytest.mark.parametrize(
    ("id", "address"),
    [("2402.00001", "/papers/2402.00001"), ("../admin", "/?q=..%2Fadmin"), ("..", "/?q=..")],
)
def test_a_point_leads_to_its_paper_and_nowhere_else(id: str, address: str) -> None:
    paper = Heading(id=id, title="A paper", date="", url="", categories=())
    drawn = Map((paper,), np.array([[0.5, 0.5]]), (), 1)
    assert addresses(map_page(drawn, None, served=True)) == [address]
