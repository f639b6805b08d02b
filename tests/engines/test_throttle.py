"""Places for requests: fewer after a refusal, more after successes, never more than allowed, in order."""

from __future__ import annotations

import _thread
import math
import signal
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ai.engines.errors import EngineUnavailable
from dbt_ai.engines.throttle import LONGEST_PAUSE, Throttle


def refuse(throttle: Throttle, retry_after: float | None = 0.0) -> None:
    with throttle.slot() as slot:
        slot.refused(retry_after)


def succeed(throttle: Throttle, times: int = 1) -> None:
    for _ in range(times):
        with throttle.slot() as slot:
            slot.went_well()


def in_threads(count: int, work: Callable[[], None]) -> list[threading.Thread]:
    threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def test_a_refusal_halves_down_to_one() -> None:
    throttle = Throttle(16)
    limits = []
    for _ in range(6):
        refuse(throttle)
        limits.append(throttle.limit)
    assert limits == [8, 4, 2, 1, 1, 1]


def test_as_many_successes_as_places_add_one_and_never_more_than_allowed() -> None:
    throttle = Throttle(4)
    refuse(throttle)
    succeed(throttle, 1)
    assert throttle.limit == 2
    succeed(throttle, 1)
    assert throttle.limit == 3
    succeed(throttle, 3)
    assert throttle.limit == 4
    succeed(throttle, 40)
    assert throttle.limit == 4


def test_refusals_of_requests_that_were_under_way_together_count_once() -> None:
    throttle = Throttle(16)
    together = threading.Barrier(16)

    def work() -> None:
        with throttle.slot() as slot:
            together.wait(30)
            slot.refused(0.0)

    for thread in in_threads(16, work):
        thread.join(30)
    assert throttle.limit == 8


@given(st.integers(1, 64), st.lists(st.booleans(), max_size=200))
def test_the_limit_stays_within_its_bounds(most: int, well: list[bool]) -> None:
    throttle = Throttle(most)
    for each in well:
        if each:
            succeed(throttle)
        else:
            refuse(throttle)
        assert 1 <= throttle.limit <= most


def test_nobody_starts_before_retry_after_is_over() -> None:
    throttle = Throttle(8)
    starts: list[float] = []
    refuse(throttle, 0.3)
    refused = time.monotonic()

    def work() -> None:
        with throttle.slot():
            starts.append(time.monotonic())

    for thread in in_threads(8, work):
        thread.join(30)
    assert len(starts) == 8
    assert min(starts) - refused > 0.25  # the clock was read after the refusal


@pytest.mark.parametrize("said", [None, -1.0, math.nan])
def test_without_a_usable_retry_after_there_is_a_pause_that_grows(said: float | None) -> None:
    throttle = Throttle(8)
    pauses = []
    for _ in range(12):
        # straight to the bookkeeping: waiting for each pause would take minutes
        before = time.monotonic()
        throttle._refused(throttle._round, said)
        pauses.append(throttle._closed_until - before)
    assert 0.2 < pauses[0] < 0.6
    assert pauses[3] > pauses[0]
    assert max(pauses) <= LONGEST_PAUSE + 1


def test_a_server_cannot_ask_for_an_endless_pause() -> None:
    throttle = Throttle(8)
    refuse(throttle, math.inf)
    assert throttle._closed_until - time.monotonic() <= LONGEST_PAUSE


@pytest.mark.parametrize("most", [1, 3])
def test_places_are_bounded_and_handed_out_in_order(most: int) -> None:
    throttle = Throttle(most)
    lock = threading.Lock()
    now, top, order = [0], [0], []
    with throttle.slot():
        others = [throttle.slot() for _ in range(most - 1)]
        for other in others:
            other.__enter__()
        threads = []
        for number in range(12):

            def work(number: int = number) -> None:
                with throttle.slot():
                    with lock:
                        order.append(number)
                        now[0] += 1
                        top[0] = max(top[0], now[0])
                    time.sleep(0.001)
                    with lock:
                        now[0] -= 1

            threads += in_threads(1, work)
            while len(throttle._line) < number + 1:
                time.sleep(0.001)
        for other in others:
            other.__exit__(None, None, None)
    for thread in threads:
        thread.join(30)
    assert top[0] <= most
    assert sorted(order) == list(range(12))
    if most == 1:
        assert order == list(range(12))


def test_a_place_is_free_again_after_an_error() -> None:
    throttle = Throttle(1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), throttle.slot():
            raise ZeroDivisionError
    succeed(throttle)


def test_who_waits_gives_up_when_the_run_stops() -> None:
    throttle = Throttle(2)
    refuse(throttle, 60.0)
    raised: list[EngineUnavailable] = []

    def work() -> None:
        try:
            with throttle.slot():
                pass
        except EngineUnavailable as error:
            raised.append(error)

    threads = in_threads(10, work)
    why, later = EngineUnavailable("The key is wrong."), EngineUnavailable("The cap is reached.")
    throttle.stop(why)
    throttle.stop(later)
    for thread in threads:
        thread.join(30)
    assert raised == [why] * 10
    with pytest.raises(EngineUnavailable, match="The key is wrong"), throttle.slot():
        pass


def test_ctrl_c_ends_the_waiting_of_the_main_thread() -> None:
    throttle = Throttle(1)
    refuse(throttle, 60.0)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        threading.Timer(0.1, _thread.interrupt_main).start()
        with pytest.raises(KeyboardInterrupt), throttle.slot():
            pass
    finally:
        signal.signal(signal.SIGINT, before)
    assert not throttle._line
