"""The cap holds, whatever the order in which requests come and go; and nobody waits for ever."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ai.engines.budget import Budget
from dbt_ai.engines.errors import CapReached, EngineUnavailable
from dbt_ai.engines.prices import NANO

STOPPED = EngineUnavailable("The run was stopped.")


def in_thread(
    budget: Budget, amount: int, stopped: Callable[[], EngineUnavailable | None] = lambda: None
) -> tuple[threading.Thread, list[Exception]]:
    """Somebody who asks for `amount` and may have to wait; what was raised is in the list."""
    raised: list[Exception] = []

    def ask() -> None:
        try:
            budget.set_aside(amount, "a request", stopped)
        except EngineUnavailable as error:
            raised.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    return thread, raised


@given(
    st.integers(0, 100),
    st.lists(st.tuples(st.booleans(), st.integers(0, 60), st.floats(0, 1), st.integers(0, 9)), max_size=60),
)
def test_spent_and_held_are_never_above_the_cap(cap: int, steps: list[tuple[bool, int, float, int]]) -> None:
    """`steps`: whether to ask or to settle, how much is asked for, which share of it is spent, which one is settled."""
    budget = Budget(cap / NANO)
    under_way: list[int] = []
    for asks, amount, share, which in steps:
        would_wait = budget.spent + amount <= cap < budget.spent + budget.held + amount
        if asks and not would_wait:
            fits = budget.spent + budget.held + amount <= cap
            try:
                budget.set_aside(amount, "a request")
                under_way.append(amount)
            except CapReached:
                assert not fits
            else:
                assert fits
        elif under_way:
            settled = under_way.pop(which % len(under_way))
            budget.settle(settled, int(settled * share))
        assert budget.held == sum(under_way)
        assert budget.spent + budget.held <= cap


def test_under_64_threads() -> None:
    budget = Budget(1)
    over = []
    done = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        while True:
            amount = chance.randrange(NANO // 300)
            try:
                budget.set_aside(amount, "a request")
            except CapReached:
                return
            if budget.spent + budget.held > NANO:
                over.append(amount)
            budget.settle(amount, chance.randrange(amount + 1))
            done.append(amount)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not over
    assert len(done) > 300
    assert budget.held == 0
    assert NANO * 0.99 < budget.spent <= NANO


def test_whoever_does_not_fit_now_waits_for_what_comes_back() -> None:
    budget = Budget(1)
    budget.set_aside(NANO, "a request")
    thread, raised = in_thread(budget, NANO // 2)
    thread.join(0.05)
    assert thread.is_alive()
    budget.settle(NANO, NANO // 2)
    thread.join(10)
    assert not thread.is_alive()
    assert not raised
    assert (budget.spent, budget.held) == (NANO // 2, NANO // 2)


def test_whoever_cannot_fit_any_more_is_told() -> None:
    budget = Budget(2)
    budget.set_aside(NANO, "a request")
    thread, raised = in_thread(budget, NANO * 3 // 2)
    budget.settle(NANO, NANO)
    thread.join(10)
    assert [str(error) for error in raised] == [
        "The cap of $2.00 is reached: $1.00 are spent, and a request can cost up to $1.50. "
        "Run again with a higher --max-cost to go on."
    ]


def test_a_request_above_the_whole_cap_does_not_wait_for_others() -> None:
    budget = Budget(1)
    budget.set_aside(NANO // 2, "a request")
    with pytest.raises(CapReached):
        budget.set_aside(NANO + 1, "a request")


def test_who_is_stopped_is_woken_and_others_go_on() -> None:
    budget = Budget(1)
    budget.set_aside(NANO, "a request")
    why: list[EngineUnavailable] = []
    waiting = [in_thread(budget, 1, lambda: why[0] if why else None) for _ in range(8)]
    other, raised = in_thread(budget, 1)
    why.append(STOPPED)
    budget.wake()
    for thread, told in waiting:
        thread.join(10)
        assert told == [STOPPED]
    with pytest.raises(EngineUnavailable, match="The run was stopped"):
        budget.set_aside(0, "a request", lambda: STOPPED)
    assert other.is_alive()
    budget.settle(NANO, 5)  # what is under way may end
    other.join(10)
    assert (budget.spent, budget.held, raised) == (5, 1, [])


def test_a_cap_of_nothing_allows_what_is_free() -> None:
    budget = Budget(0)
    budget.set_aside(0, "a request")
    with pytest.raises(CapReached, match=r"The cap of \$0.00 is reached: \$0.00 are spent"):
        budget.set_aside(1, "a request")


def test_without_a_cap_there_is_no_bound() -> None:
    budget = Budget()
    budget.set_aside(NANO**2, "a request")
    assert budget.held == NANO**2


@given(st.integers(0, 10**12))
def test_a_cap_is_not_rounded_through_binary_fractions(cents: int) -> None:
    assert Budget(cents / 100).cap == cents * (NANO // 100)
