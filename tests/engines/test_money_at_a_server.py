"""The real engine, a real server that bills, and the meter between them: the bill, the budget and the ledger agree."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dbt_ai.engines import outcomes
from dbt_ai.engines.budget import Budget
from dbt_ai.engines.errors import CapReached, EngineUnavailable
from dbt_ai.engines.ledger import SENT, Ledger
from dbt_ai.engines.metered import Metered
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.prices import NANO, TOKENS_AROUND, Price
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.engines.throttle import Throttle
from dbt_ai.engines.values import Answer, Request
from dbt_ai.errors import EngineError
from tests.servers.loopback_api import Http, LoopbackAPI, Received, error, filled

PRICE = Price(input=Decimal(1), cached=Decimal("0.1"), output=Decimal(4), written=Decimal("1.25"))
TEXT = {"type": "string"}
REQUEST = Request(
    target="model.shop.orders",
    instructions="Describe.",
    prompt="select status from raw_orders",
    schema_name="descriptions",
    schema={
        "type": "object",
        "properties": {"status": TEXT},
        "required": ["status"],
        "additionalProperties": False,
    },
    prompt_version="1",
    max_output_tokens=1_000,
)


FAILURES = ("busy", "broken", "gone", "half", "invalid", "silent")


def failing(share: float) -> Iterator[str]:
    """What becomes of request after request: `right`, or in `share` of all cases one of FAILURES."""
    chance = random.Random(1)
    while True:
        yield chance.choice(FAILURES) if chance.random() < share else "right"


class BillingServer:
    """A script for the loopback server that bills what it may by its own counts. It fails as `kinds` say: before it has
    worked, while it works, or with an answer of no use. `bill` is in nano-dollars."""

    def __init__(self, kinds: Iterator[str]) -> None:
        self.bill = Decimal(0)
        self._kinds = kinds
        self._chance = random.Random(2)
        self._lock = threading.Lock()

    def __call__(self, received: Received) -> Http:
        with self._lock:
            kind = next(self._kinds)
            if kind == "busy":
                return error(429, "Slow down", retry_after="0")
            usage = self._usage(received)
        if kind == "broken":
            return error(500, "Oops", retry_after="0")
        if kind == "gone":
            return Http(reset_after=0)
        text = "I would rather not." if kind == "invalid" else json.dumps(filled(received))
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        body = {"id": "1", "object": "chat.completion", "created": 1, "model": "played", "choices": [choice]}
        whole = json.dumps(body if kind == "silent" else {**body, "usage": usage}).encode()
        return Http(body=whole[: len(whole) // 2] if kind == "half" else whole)

    def _usage(self, received: Received) -> dict[str, Any]:
        chance = self._chance
        read = chance.randrange(len(received.body) + TOKENS_AROUND)
        cached = chance.randrange(read + 1)
        written = chance.randrange(read - cached + 1)
        said = chance.randrange(received.json["max_tokens"] + 1)
        plain = read - cached - written
        asked = cached * PRICE.cached + written * PRICE.written + plain * PRICE.input + said * PRICE.output
        self.bill += asked * 1_000
        details = {"cached_tokens": cached, "cache_write_tokens": written}
        return {"prompt_tokens": read, "completion_tokens": said, "prompt_tokens_details": details}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite")


def engine_at(api: LoopbackAPI, budget: Budget, ledger: Ledger, retries: int = 2) -> OpenAIEngine:
    meter = Metered(budget, ledger, "run", model="played", base_url=api.base_url, price=PRICE)
    settings = EngineSettings(model="played", base_url=api.base_url, timeout_seconds=20, retries=retries)
    return OpenAIEngine(settings, {}, meter=meter, throttle=Throttle(16))


def posts(api: LoopbackAPI) -> int:
    return sum(received.method == "POST" for received in api.received)


def ask_until_the_cap(engine: OpenAIEngine, threads: int = 16) -> tuple[list[Answer], Counter[str]]:
    """Asks from many threads until each is told that there is no money left."""
    answers: list[Answer] = []
    failed: Counter[str] = Counter()

    def work(number: int) -> None:
        for count in range(1_000):
            try:
                answers.append(engine.answer(replace(REQUEST, prompt=f"select {number} as status, {count}")))
            except CapReached:
                failed["cap"] += 1
                return
            except EngineUnavailable:
                raise
            except EngineError:
                failed["error"] += 1

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return answers, failed


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_the_server_s_own_bill_is_never_above_the_cap(ledger: Ledger, share: float) -> None:
    server, budget = BillingServer(failing(share)), Budget(0.5)
    with LoopbackAPI(server) as api:
        answers, failed = ask_until_the_cap(engine_at(api, budget, ledger))
        sent = posts(api)
    assert failed["cap"] == 16
    assert len(answers) > 50
    assert server.bill <= budget.spent <= NANO // 2
    assert budget.held == 0
    if not share:
        assert server.bill == budget.spent  # to a billionth
    assert budget.spent > NANO * 0.48
    rows = ledger.requests()
    assert len(rows) == sent
    assert SENT not in {row["outcome"] for row in rows}
    assert sum(round(row["usd"] * NANO) for row in rows) == budget.spent
    assert sum(row["outcome"] == outcomes.ANSWERED for row in rows) == len(answers)
    if share:
        assert {row["outcome"] for row in rows} >= {
            outcomes.ANSWERED,
            outcomes.RATE_LIMITED,
            outcomes.SERVER_ERROR,
            outcomes.BROKEN_OFF,
            outcomes.INVALID,
        }


def test_retries_and_repairs_are_in_the_cost_of_the_answer(ledger: Ledger) -> None:
    budget = Budget(1)
    server = BillingServer(iter(("busy", "broken", "invalid", "right")))
    with LoopbackAPI(server) as api:
        answer = engine_at(api, budget, ledger).answer(REQUEST)
    rows = ledger.requests()
    assert [row["outcome"] for row in rows] == [
        outcomes.RATE_LIMITED,
        outcomes.SERVER_ERROR,
        outcomes.INVALID,
        outcomes.ANSWERED,
    ]
    assert answer.cost.requests == 4
    assert answer.cost.usd == pytest.approx(budget.spent / NANO)
    assert rows[0]["usd"] == 0
    assert rows[1]["usd"] == PRICE.most(rows[1]["sent_bytes"], 1_000) / NANO
    assert {row["node"] for row in rows} == {"model.shop.orders"}
    assert {row["request_key"] for row in rows} == {REQUEST.key("played")}
    assert rows[2]["sent_bytes"] < rows[3]["sent_bytes"]
    assert ledger.totals("run")[0].requests == 4
    assert server.bill <= budget.spent


def test_a_cap_below_one_request_sends_nothing(ledger: Ledger) -> None:
    with LoopbackAPI() as api, pytest.raises(CapReached, match="a request to played can cost up to"):
        engine_at(api, Budget(0.001), ledger).answer(REQUEST)
    assert posts(api) == 0
    assert ledger.requests() == []


ASK = """
import sys
from pathlib import Path
from dbt_ai.engines.budget import Budget
from dbt_ai.engines.ledger import Ledger
from dbt_ai.engines.metered import Metered
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.settings import EngineSettings
from tests.engines.test_money_at_a_server import PRICE, REQUEST

url, path = sys.argv[1:]
meter = Metered(Budget(1), Ledger(Path(path)), "killed", model="played", base_url=url, price=PRICE)
OpenAIEngine(EngineSettings(model="played", base_url=url), {}, meter=meter).answer(REQUEST)
"""


def test_kill_9_while_the_server_thinks_leaves_a_row_with_the_most_that_it_can_cost(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    arrived = threading.Event()

    def script(received: Received) -> Http:
        arrived.set()
        return Http(delay=60)

    with LoopbackAPI(script) as api:
        process = subprocess.Popen([sys.executable, "-c", ASK, api.base_url, str(path)])
        assert arrived.wait(60)
        process.kill()
        process.wait()
    (row,) = Ledger(path).requests()
    assert (row["outcome"], row["run"], row["node"]) == (SENT, "killed", "model.shop.orders")
    assert row["usd"] == PRICE.most(row["sent_bytes"], 1_000) / NANO
