"""The meter: no request without money set aside and a row in the ledger; the server's bill stays below the cap."""

from __future__ import annotations

import random
import sqlite3
import threading
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ai.engines import outcomes
from dbt_ai.engines.budget import Budget
from dbt_ai.engines.errors import CapReached, EngineUnavailable, LedgerError
from dbt_ai.engines.ledger import SENT, Ledger
from dbt_ai.engines.metered import Metered
from dbt_ai.engines.prices import NANO, TOKENS_AROUND, Price
from dbt_ai.engines.settings import OPENAI_BASE_URL
from dbt_ai.engines.values import Cost, Request
from dbt_ai.errors import UsageError

PRICE = Price(input=Decimal(1), cached=Decimal("0.1"), output=Decimal(4), written=Decimal("1.25"))
SMALL = Request(
    target="model.shop.orders",
    instructions="Describe the columns.",
    prompt="select order_id, status from raw_orders",
    schema_name="descriptions",
    schema={"type": "object"},
    prompt_version="1",
    max_output_tokens=1_000,
)
MOST = PRICE.most(500, 1_000)  # of SMALL with 500 bytes
OUTCOMES = sorted(value for name, value in vars(outcomes).items() if name.isupper() and isinstance(value, str))


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite", wait_seconds=0.05)


def metered(budget: Budget, ledger: Ledger, price: Price | None = PRICE, url: str = OPENAI_BASE_URL) -> Metered:
    return Metered(budget, ledger, "run", model="played", base_url=url, price=price)


def test_what_the_server_counted_is_paid(ledger: Ledger) -> None:
    budget = Budget(1)
    spending = metered(budget, ledger).open(SMALL, "reasoning", "played", 500)
    assert (budget.spent, budget.held) == (0, MOST)
    assert [(row["outcome"], row["usd"]) for row in ledger.requests()] == [(SENT, MOST / NANO)]
    cost = spending.close(Cost(100, 60, 30, 10, written_tokens=0, received_bytes=7, seconds=1.5), "answered", 200)
    assert cost.usd == pytest.approx((40 + 6 + 120) / 1e6)
    assert (budget.spent, budget.held) == (166_000, 0)
    (row,) = ledger.requests()
    assert row["node"] == SMALL.target
    assert row["request_key"] == SMALL.key("played")
    assert (row["outcome"], row["status"], row["usd"]) == ("answered", 200, cost.usd)
    assert (row["sent_bytes"], row["received_bytes"], row["seconds"]) == (500, 7, 1.5)


@pytest.mark.parametrize("outcome", [*OUTCOMES, "a word of a later version"])
def test_what_may_be_billed_counts_as_all_that_was_set_aside(ledger: Ledger, outcome: str) -> None:
    budget = Budget(1)
    cost = metered(budget, ledger).open(SMALL, "reasoning", "played", 500).close(Cost(), outcome)
    expected = MOST if outcomes.may_be_billed(outcome) else 0
    assert (budget.spent, budget.held) == (expected, 0)
    assert cost.usd == expected / NANO
    assert ledger.requests()[0]["usd"] == cost.usd


def test_a_failure_that_the_server_counted_is_paid_by_its_counts(ledger: Ledger) -> None:
    budget = Budget(1)
    metered(budget, ledger).open(SMALL, "reasoning", "played", 500).close(Cost(100, 0, 30), outcomes.TRUNCATED)
    assert budget.spent == 245_000  # a cache that may have been written to


def test_a_cap_without_a_price_is_refused_before_anything_is_sent(ledger: Ledger) -> None:
    with pytest.raises(UsageError, match=r"no price for played at https://gateway\.example/v1, so no cap can"):
        metered(Budget(5), ledger, None, "https://user:secret@gateway.example/v1?key=secret")
    assert ledger.requests() == []


def test_without_a_cap_a_price_need_not_be_known(ledger: Ledger) -> None:
    budget = Budget()
    cost = metered(budget, ledger, None).open(SMALL, "reasoning", "played", 500).close(Cost(100, 0, 30), "answered")
    assert cost.usd is None
    (row,) = ledger.requests()
    assert (row["usd"], row["input_tokens"]) == (None, 100)


def test_engines_of_one_run_share_the_cap(ledger: Ledger) -> None:
    budget = Budget(MOST / NANO)
    cheap = metered(budget, ledger, PRICE.in_batch())
    dear = metered(budget, ledger)
    dear.open(SMALL, "reasoning", "played", 500).close(Cost(), outcomes.TIMED_OUT)
    for meter in (cheap, dear):
        with pytest.raises(CapReached, match="a request to played can cost up to"):
            meter.open(SMALL, "reasoning", "played", 500)
    assert len(ledger.requests()) == 1


def test_what_cannot_be_recorded_is_not_sent(ledger: Ledger, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
    other.execute("begin immediate")
    budget = Budget(1)
    with pytest.raises(LedgerError):
        metered(budget, ledger).open(SMALL, "reasoning", "played", 500)
    assert (budget.spent, budget.held) == (0, 0)
    other.close()


def test_an_answer_whose_end_cannot_be_recorded_is_handed_on_and_none_is_sent_after_it(
    ledger: Ledger, tmp_path: Path
) -> None:
    budget = Budget(1)
    meter = metered(budget, ledger)
    spending = meter.open(SMALL, "reasoning", "played", 500)
    other = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
    other.execute("begin immediate")
    assert spending.close(Cost(100, 0, 30), "answered").usd
    other.close()
    with pytest.raises(LedgerError, match="cannot be used"):
        meter.open(SMALL, "reasoning", "played", 500)
    assert budget.held == 0


def test_a_spending_is_settled_once(ledger: Ledger) -> None:
    budget = Budget(1)
    spending = metered(budget, ledger).open(SMALL, "reasoning", "played", 500)
    spending.close(Cost(), outcomes.RATE_LIMITED)
    with pytest.raises(RuntimeError):
        spending.close(Cost(), outcomes.RATE_LIMITED)
    assert budget.held == 0


def test_stop_ends_the_waiting_for_money(ledger: Ledger) -> None:
    meter = metered(Budget(MOST * 1.5 / NANO), ledger)
    meter.open(SMALL, "reasoning", "played", 500)
    raised: list[Exception] = []

    def ask() -> None:
        try:
            meter.open(SMALL, "reasoning", "played", 500)
        except EngineUnavailable as error:
            raised.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    why = EngineUnavailable("Stopped.")
    meter.stop(why)
    thread.join(10)
    assert raised == [why]
    assert len(ledger.requests()) == 1


def test_neither_prompt_nor_key_is_in_the_file(ledger: Ledger, tmp_path: Path) -> None:
    meter = metered(Budget(), ledger, url="https://user:secret@gateway.example/v1?key=secret")
    meter.open(SMALL, "reasoning", "played", 500).close(Cost(1, 0, 1), "answered")
    assert ledger.requests()[0]["server"] == "https://gateway.example/v1"
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"model.shop.orders" in written
    assert not any(text.encode() in written for text in ("secret", SMALL.prompt, SMALL.instructions))


class Server:
    """One that works on a request, bills whatever it may, and tells its counts or keeps them to itself."""

    def __init__(self) -> None:
        self.bill = Decimal(0)  # nano-dollars
        self._lock = threading.Lock()

    def works(self, chance: random.Random, request: Request, sent_bytes: int) -> tuple[Cost, str]:
        read = chance.randrange(sent_bytes + TOKENS_AROUND + 1)
        said = chance.randrange(request.max_output_tokens + 1)
        cached = chance.randrange(read + 1)
        written = chance.randrange(read - cached + 1)
        outcome = chance.choice(OUTCOMES)
        if outcomes.may_be_billed(outcome):
            plain = read - cached - written
            with self._lock:
                asked = cached * PRICE.cached + written * PRICE.written + plain * PRICE.input + said * PRICE.output
                self.bill += asked * 1_000
        told = Cost(read, cached, said, written_tokens=chance.choice((written, None)))
        return (told if outcomes.may_be_billed(outcome) and chance.random() < 0.8 else Cost()), outcome


@given(st.integers(), st.integers(0, 60_000))
def test_the_bill_is_never_above_the_cap(shared_ledger: Ledger, seed: int, cap: int) -> None:
    """Requests that come and go in any order, up to three under way at once."""
    chance = random.Random(seed)
    server, budget = Server(), Budget(cap / 1e6)
    meter = metered(budget, shared_ledger)
    under_way = []
    for _ in range(30):
        sent_bytes, request = chance.randrange(3_000), replace(SMALL, max_output_tokens=chance.randrange(2_000))
        free = budget.cap is not None and budget.spent + budget.held + PRICE.most(3_000, 2_000) <= budget.cap
        if len(under_way) < 3 and (free or not under_way):  # nobody may wait here
            try:
                under_way.append((meter.open(request, "reasoning", "played", sent_bytes), request, sent_bytes))
            except CapReached:
                break
        else:
            spending, request, sent_bytes = under_way.pop(chance.randrange(len(under_way)))
            spending.close(*server.works(chance, request, sent_bytes))
        assert server.bill <= budget.spent <= cap * 1_000
    for spending, request, sent_bytes in under_way:
        spending.close(*server.works(chance, request, sent_bytes))
    assert server.bill <= budget.spent <= cap * 1_000


@pytest.fixture(scope="module")
def shared_ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return Ledger(tmp_path_factory.mktemp("ledger") / "ledger.sqlite")


def test_the_bill_is_never_above_the_cap_under_64_threads(ledger: Ledger) -> None:
    server, budget = Server(), Budget(1)
    meter = metered(budget, ledger)

    def work(seed: int) -> None:
        chance = random.Random(seed)
        while True:
            sent_bytes = chance.randrange(3_000)
            try:
                spending = meter.open(SMALL, "reasoning", "played", sent_bytes)
            except CapReached:
                return
            spending.close(*server.works(chance, SMALL, sent_bytes))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.bill <= budget.spent <= NANO
    assert budget.spent > NANO * 0.99
    assert sum(round(row["usd"] * NANO) for row in ledger.requests()) == budget.spent
    assert ledger.totals("run")[0].usd == pytest.approx(budget.spent / NANO)
