from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from indexer.fetch.pace import Pace


@dataclass
class Clock:
    """Time that passes only when somebody sleeps or works; sleep may end early."""

    now: float = 100.0
    naps: list[float] = field(default_factory=list)
    share: float = 1.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += max(seconds * self.share, 0.001)


def paced(delay: float, share: float = 1.0) -> tuple[Pace, Clock]:
    clock = Clock(share=share)
    return Pace(delay, clock, clock.sleep), clock


def test_the_first_request_waits_too() -> None:
    pace, clock = paced(3)
    with pace.turn():
        assert clock.now == 103


def test_what_was_waited_anyway_isnt_waited_again() -> None:
    pace, clock = paced(3)
    clock.now += 10
    with pace.turn():
        pass
    assert clock.naps == []


def test_the_distance_counts_from_the_end_of_a_request_that_fails() -> None:
    pace, clock = paced(3)
    with suppress(ZeroDivisionError), pace.turn():
        clock.now += 60
        raise ZeroDivisionError
    ended = clock.now
    with pace.turn():
        assert clock.now == ended + 3


def test_a_server_may_ask_for_more() -> None:
    pace, clock = paced(3)
    pace.hold(30)
    pace.hold(5)
    with pace.turn():
        assert clock.now == 130


@given(
    delay=st.floats(0.01, 100),
    works=st.lists(st.tuples(st.floats(0, 50), st.floats(0, 300)), max_size=20),
    share=st.floats(0.2, 1),
)
def test_no_two_requests_are_nearer(
    delay: float, works: list[tuple[float, float]], share: float
) -> None:
    pace, clock = paced(delay, share)
    ended = clock.now
    for taken, between in works:
        with pace.turn():
            assert clock.now >= ended + delay * (1 - 1e-9)
            clock.now += taken
        ended = clock.now
        clock.now += between
