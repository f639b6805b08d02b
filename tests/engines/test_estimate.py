"""What a run would cost, in one sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dbt_ai.engines.estimate import BYTES_PER_TOKEN, Estimate, estimate, most_in_rounds
from dbt_ai.engines.prices import FREE, price_of, read_prices
from dbt_ai.engines.settings import OPENAI_BASE_URL
from dbt_ai.engines.values import Request
from dbt_ai.project.settings import EFFORTS
from dbt_ai.tasks.effort import asked_again

PRICE = price_of("gpt-6-luna", OPENAI_BASE_URL, read_prices(Path()))
TEXT = {"type": ["string", "null"]}
COLUMNS = {"type": "object", "properties": {f"column_{number}": TEXT for number in range(9)}}
REQUEST = Request(
    target="model.shop.orders",
    instructions="Describe the columns. " * 400,
    prompt="select order_id, status from raw_orders " * 100,
    schema_name="descriptions",
    schema={"type": "object", "properties": {"model_description": TEXT, "columns": COLUMNS}},
    prompt_version="1",
    effort="none",
)


def test_nobody_is_asked() -> None:
    assert str(estimate([], PRICE, "gpt-6-luna")) == "Would ask gpt-6-luna nothing."
    assert str(estimate([], PRICE, "gpt-6-luna", 1)) == "Would ask gpt-6-luna nothing: 1 answer is there already."
    assert str(estimate([], None, "gpt-6-luna", 12)) == "Would ask gpt-6-luna nothing: 12 answers are there already."


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (Estimate("m", 1, 0, 1_234, 56, 0, 0), "1 question: about 1,200 tokens in and 56 out, at no cost."),
        (
            Estimate("m", 2, 1, 9, 0, None, None),
            "2 questions (1 more is answered already): about 9 tokens in and 0 out, ",
        ),
        (Estimate("m", 2, 0, 9, 0, None, None), "out, at a price that is not known."),
        (Estimate("m", 2, 0, 9, 0, 10_000_000, 10_000_001), "out, $0.01."),
        (
            Estimate("m", 1_000, 0, 9, 0, 10_000_000, 1_500_000_000),
            "1,000 questions: about 9 tokens in and 0 out, $0.01 to $1.50.",
        ),
    ],
)
def test_one_sentence(found: Estimate, says: str) -> None:
    assert says in str(found)


def test_tokens_follow_from_what_is_sent_and_from_what_is_asked_for() -> None:
    found = estimate([REQUEST], PRICE, "gpt-6-luna")
    sent = len(REQUEST.instructions + REQUEST.prompt)
    assert sent / BYTES_PER_TOKEN < found.input_tokens < (sent + 1_000) / BYTES_PER_TOKEN
    assert found.output_tokens == 10 * 50  # ten texts, and no thinking
    assert estimate([REQUEST] * 3, PRICE, "gpt-6-luna").output_tokens == 3 * 500


def test_harder_thinking_costs_more() -> None:
    long = replace(REQUEST, max_output_tokens=100_000)
    money = [estimate([replace(long, effort=effort)], PRICE, "m").high or 0 for effort in EFFORTS]
    assert money == sorted(set(money))


def test_an_answer_is_not_longer_than_it_may_be() -> None:
    short = replace(REQUEST, effort="max", max_output_tokens=700)
    assert estimate([short], PRICE, "m").output_tokens == 700


def test_a_cache_that_is_read_is_the_least_and_one_that_is_written_the_most() -> None:
    assert PRICE is not None
    one, many = estimate([REQUEST], PRICE, "m"), estimate([REQUEST] * 100, PRICE, "m")
    assert None not in (one.low, one.high, many.low, many.high)
    assert (many.low or 0) < 100 * (one.low or 0)
    assert many.high == 100 * (one.high or 0)
    assert estimate([REQUEST], PRICE.in_batch(), "m").high == pytest.approx((one.high or 0) / 2, abs=1)


def test_a_server_on_this_machine_costs_nothing() -> None:
    assert str(estimate([REQUEST], FREE, "small")).endswith("at no cost.")
    assert str(estimate([REQUEST], None, "small")).endswith("at a price that is not known.")


def test_rounds_cost_no_more_than_is_said() -> None:
    request = replace(REQUEST, effort="low", max_output_tokens=8_000)

    def again(one: Request) -> Request:
        return asked_again(one, "high")

    said = most_in_rounds([request, request], PRICE, 3, again)
    assert said.startswith("Where all is refuted, in 3 rounds: at the most 6 questions, $")
    assert again(again(again(request))) == again(again(request)), "at the hardest it stays"
    free = most_in_rounds([request], None, 2, again)
    assert free == "Where all is refuted, in 2 rounds: at the most 2 questions."
