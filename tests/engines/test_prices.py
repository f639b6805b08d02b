"""What a request can cost at most, what it has cost, and who says so."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ai.engines import prices
from dbt_ai.engines.prices import FREE, NANO, Price, price_of, read_prices, shown_usd
from dbt_ai.engines.settings import OPENAI_BASE_URL
from dbt_ai.engines.values import Cost
from dbt_ai.errors import UsageError

LOOPBACK = "http://127.0.0.1:8000/v1"
TABLE = read_prices(Path())
SHIPPED = {model: price for provider in TABLE.providers for model, price in provider.models.items()}


def own(folder: Path, text: str) -> prices.PriceTable:
    (folder / "prices.yml").write_text(text, encoding="utf-8")
    return read_prices(folder, "prices.yml")


def known(model: str, url: str = OPENAI_BASE_URL) -> Price:
    price = price_of(model, url, TABLE)
    assert price is not None
    return price


def test_every_price_of_the_table_is_dated_and_in_order() -> None:
    assert len(SHIPPED) > 20
    for model, price in SHIPPED.items():
        assert 0 < price.cached <= price.input <= price.written <= price.input * 2, model
        assert price.input < price.output, model
        assert "prices of 20" in price.source, model
    content = json.loads(Path(prices.__file__).with_name("prices.json").read_text(encoding="utf-8"))
    for provider in content["providers"]:
        assert provider["sources"]
        names = {"input", "cached", "written", "output", "long"}
        assert all(names >= set(figures) >= {"input", "output"} for figures in provider["models"].values())


def test_a_dated_name_is_its_family() -> None:
    assert known("gpt-5-mini-2025-08-07") == known("gpt-5-mini")
    assert price_of("gpt-5-mini-next", OPENAI_BASE_URL, TABLE) is None
    assert price_of("gpt-5.9", OPENAI_BASE_URL, TABLE) is None


def test_a_company_s_prices_hold_at_its_own_servers_only() -> None:
    assert price_of("gpt-5-mini", "https://gateway.example/v1", TABLE) is None
    assert price_of("gpt-5-mini", "https://notapi.openai.com/v1", TABLE) is None
    assert price_of("deepseek-v4-pro", OPENAI_BASE_URL, TABLE) is None
    assert price_of("deepseek-v4-pro", "https://api.deepseek.com", TABLE) is not None
    assert known("gpt-5.4", "https://eu.api.openai.com/v1").output == Decimal("16.5")


def test_a_server_on_this_machine_is_free_unless_the_user_says_otherwise(tmp_path: Path) -> None:
    assert price_of("gpt-5-mini", LOOPBACK, TABLE) == FREE
    table = own(tmp_path, "gpt-5-mini: {input: 3, output: 9}")
    found = price_of("gpt-5-mini", LOOPBACK, table)
    assert found is not None
    assert (found.input, found.cached, found.written, found.output) == (3, 3, 3, 9)
    assert found.source == "prices.yml"


def test_the_user_s_prices_override_and_add(tmp_path: Path) -> None:
    table = own(
        tmp_path,
        "gpt-5-mini: {input: 0.3, cached: 0.1, written: 0.4, output: 1e0}\nour-model: {input: 1, output: 2}\nfree: 0\n",
    )
    mini = price_of("gpt-5-mini-2025-08-07", OPENAI_BASE_URL, table)
    assert mini is not None
    assert (mini.input, mini.cached, mini.written, mini.output) == tuple(map(Decimal, ("0.3", "0.1", "0.4", "1")))
    assert price_of("our-model", "https://gateway.example/v1", table) is not None
    free = price_of("free", "https://gateway.example/v1", table)
    assert free is not None
    assert free.most(10_000_000, 10_000_000) == 0
    assert price_of("gpt-5", OPENAI_BASE_URL, table) == SHIPPED["gpt-5"]


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    assert own(tmp_path, "# none yet\n") == TABLE


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- a\n", "prices.yml must hold prices such as"),
        ("a: [", "prices.yml cannot be read"),
        ("a: 1\n", "prices.yml: a must be 0, or have"),
        ("a: false\n", "prices.yml: a must be 0, or have"),
        ("a: cheap\n", "prices.yml: a must be 0, or have"),
        ("a:\n", "prices.yml: a must be 0, or have"),
        ("a: {input: 1}\n", "prices.yml: a has no output"),
        ("a: {}\n", "prices.yml: a has no input and no output"),
        ("a: {input: 1, output: 2, batch: 1}\n", "prices.yml: a has batch; there are"),
        ("a: {input: -1, output: 2}\n", r"prices.yml: a: input must be US dollars per million tokens .* not -1"),
        ("a: {input: .nan, output: 2}\n", "prices.yml: a: input must be"),
        ("a: {input: .inf, output: 2}\n", "prices.yml: a: input must be"),
        ("a: {input: yes, output: 2}\n", "prices.yml: a: input must be"),
        ("a: {input: 1, output: [2]}\n", "prices.yml: a: output must be"),
        ("a: {input: 1, output: $2}\n", "prices.yml: a: output must be"),
    ],
)
def test_a_mistake_in_the_user_s_file_is_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as raised:
        own(tmp_path, text)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no file .*prices\.yml with prices"):
        read_prices(tmp_path, "prices.yml")


def test_what_an_answer_has_cost() -> None:
    assert known("gpt-5-mini").cost(Cost(1_000_000, 0, 1_000_000)) == int(2.25 * NANO)
    assert known("gpt-5-mini").cost(Cost(1_000_000, 400_000, 0)) == 160_000_000  # 0.6 * 0.25 + 0.4 * 0.025
    assert known("gpt-5-mini").cost(Cost(1, 1, 0)) == 25  # nano-dollars
    assert known("gpt-5-mini", "https://eu.api.openai.com/v1").cost(Cost(1, 1, 0)) == 28  # 27.5, rounded up
    assert known("gpt-5-mini").cost(Cost(1, None, None)) is None
    assert known("gpt-5-mini").cost(Cost(-5, None, 5)) is None
    assert known("gpt-6-luna").in_batch().cost(Cost(1_000_000, 0, 1_000_000, written_tokens=0)) is not None
    assert known("gpt-5-mini").in_batch().cost(Cost(1_000_000, 0, 1_000_000)) == int(1.125 * NANO)


def test_a_cache_that_is_written_to_costs_more() -> None:
    luna = known("gpt-6-luna")
    fresh = Cost(200_000, 0, 0)
    assert luna.cost(replace(fresh, written_tokens=0)) == 20_000_000
    assert luna.cost(replace(fresh, written_tokens=200_000)) == 25_000_000
    assert luna.cost(fresh) == 25_000_000  # not told: the higher one
    assert luna.cost(replace(fresh, cached_tokens=100_000)) == 13_500_000


def test_a_long_request_costs_more_as_a_whole() -> None:
    luna = known("gpt-6-luna")
    assert luna.cost(Cost(272_000, 0, 1_000_000, written_tokens=0)) == 527_200_000
    assert luna.cost(Cost(300_000, 0, 1_000_000, written_tokens=0)) == 810_000_000


COUNTS = st.integers(0, 400_000)


@given(st.sampled_from(sorted(SHIPPED)), COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
def test_no_answer_within_bounds_costs_more_than_was_set_aside(
    model: str, sent: int, read: int, cached: int, written: int, said: int
) -> None:
    price = SHIPPED[model]
    cost = Cost(min(read, sent + prices.TOKENS_AROUND), cached, said, written_tokens=written)
    found = price.cost(cost)
    assert found is not None
    assert 0 <= found <= price.most(sent, said)
    assert found <= (price.cost(replace(cost, written_tokens=None)) or 0)


@pytest.mark.parametrize("model", sorted(SHIPPED))
@pytest.mark.parametrize("sent", [0, 9_000, 271_000, 271_001, 900_000])
def test_the_dearest_answer_costs_exactly_what_was_set_aside(model: str, sent: int) -> None:
    dearest = Cost(sent + prices.TOKENS_AROUND, 0, 16_000)
    assert SHIPPED[model].cost(dearest) == SHIPPED[model].most(sent, 16_000)


@pytest.mark.parametrize(
    ("nano", "text"),
    [
        (0, "$0.00"),
        (1, "$0.000000001"),
        (37, "$0.000000037"),
        (1_234_567, "$0.0012"),
        (9_999_999, "$0.0100"),
        (10_000_000, "$0.01"),
        (1_234_567_890_123, "$1,234.57"),
    ],
)
def test_money_as_a_person_reads_it(nano: int, text: str) -> None:
    assert shown_usd(nano) == text
