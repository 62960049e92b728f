from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from api.pages.neighbour_plot import APART, HEIGHT, MARGIN, WIDTH, plot, spread
from indexer.papers.paper import Paper
from search.map.projection import Plane

PLACE = st.sampled_from([0.0, 0.5, 1.0]) | st.floats(0, 1)


@given(st.lists(st.tuples(PLACE, PLACE), min_size=1, max_size=13))
def test_points_stand_within_the_picture_and_can_all_be_clicked(
    places: list[tuple[float, float]],
) -> None:
    found = spread(np.array(places))
    assert (found >= MARGIN).all()
    assert (found <= [WIDTH - MARGIN, HEIGHT - MARGIN]).all()
    distances = np.linalg.norm(found[:, None] - found[None, :], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert distances.min() > APART * 0.8


def test_points_that_do_not_touch_stay_where_they_are() -> None:
    papers = [Paper(id=name, title=name) for name in "ab"]
    picture = plot(papers, Plane(np.array([[0.0, 0.0], [1.0, 1.0]]), ((0, 1),)))
    assert [(point.x, point.y) for point in picture.points] == [(24, 24), (396, 276)]
    assert picture.lines == (picture.points,)
