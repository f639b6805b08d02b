"""The client of the benchmark `faults`: asks questions through the whole engine in a process that may be killed.

    python -m benchmarks._faults_client BASE_URL FOLDER COUNT [--concurrency N] [--cap USD]

Prints one JSON object: what became of the questions, the seconds, the peak of memory, the money as it was counted.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from benchmarks._measured import peak_mb
from dbt_ai.engines.asking import Result, ask_each
from dbt_ai.engines.budget import Budget
from dbt_ai.engines.cache import AnswerStore, CachedEngine
from dbt_ai.engines.ledger import Ledger, new_run
from dbt_ai.engines.metered import Metered
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.prices import Price, usd
from dbt_ai.engines.servers import Servers
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.engines.throttle import Throttle
from dbt_ai.engines.values import Request

MODEL = "played"
TIMEOUT_SECONDS = 4.0  # less than the server's slow answers take
# the server's own: dollars per million tokens
PRICE = Price(input=Decimal(1), cached=Decimal(1), output=Decimal(8), written=Decimal(1))
_TEXT = {"type": ["string", "null"]}
_NAMES = ("model_description", "order_id", "status", "amount")
_SCHEMA = {
    "type": "object",
    "properties": dict.fromkeys(_NAMES, _TEXT),
    "required": list(_NAMES),
    "additionalProperties": False,
}
_INSTRUCTIONS = "Describe what a person cannot see. " * 60
_SQL = "select order_id, status, sum(amount) as amount from raw_orders group by order_id, status " * 12


def requests(count: int) -> Iterator[Request]:
    """Questions of the size that documenting a model has, each known by its number."""
    for number in range(count):
        yield Request(
            target=str(number),
            instructions=_INSTRUCTIONS,
            prompt=f"Question {number}. {_SQL}",
            schema_name="descriptions",
            schema=_SCHEMA,
            prompt_version="1",
            max_output_tokens=1_000,
        )


def store_in(folder: Path) -> AnswerStore:
    """Where the answers are."""
    return AnswerStore(folder / "answers.sqlite")


def main() -> None:
    """Asks all questions once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("base_url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--concurrency", type=int, default=16)
    parser.add_argument("--cap", type=float)
    options = parser.parse_args()
    folder: Path = options.folder
    settings = EngineSettings(model=MODEL, base_url=options.base_url, timeout_seconds=TIMEOUT_SECONDS)
    budget = Budget(options.cap)
    meter = Metered(
        budget,
        Ledger(folder / "ledger.sqlite"),
        new_run(),
        model=MODEL,
        base_url=options.base_url,
        price=PRICE,
    )
    throttle = Throttle(options.concurrency)
    real = OpenAIEngine(settings, {}, meter=meter, throttle=throttle, servers=Servers(folder / "servers"))
    engine = CachedEngine(real, store_in(folder))
    told: Counter[str] = Counter()
    errors: Counter[str] = Counter()

    def tell(result: Result) -> None:
        told[result.request.target] += result.answer is not None
        if result.error is not None:
            errors[type(result.error).__name__ if not result.sent else str(result.error)] += 1

    started = time.perf_counter()
    ask_each(engine, requests(options.count), tell, concurrency=options.concurrency)
    seconds = time.perf_counter() - started
    answered = sum(told.values())
    figures = {"answered": answered, "twice": answered - len(+told), "errors": errors.most_common(20)}
    print(json.dumps({**figures, "seconds": seconds, "peak_mb": peak_mb(), "usd": usd(budget.spent)}))


if __name__ == "__main__":
    main()
