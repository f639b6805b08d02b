"""What a run would ask and cost, before anything is sent. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dbt_ai.engines.prices import Price, shown_usd
from dbt_ai.engines.values import Cost, Request

# Measured with OpenAI's o200k_base: 3.5 for SQL, 3.6 for YAML, 4.3 for the instructions and for JSON schemas.
BYTES_PER_TOKEN = 3.7
_REFUTED = 2_000  # tokens that say why an answer was refuted, with the smallest database
TOKENS_PER_TEXT = 50  # a sentence or two with the name of the column in front
# Tokens of thinking for one question, in most cases from and to. How hard a model thinks differs from model to model.
_THINKING: Mapping[str, tuple[int, int]] = {
    "none": (0, 0),
    "minimal": (0, 300),
    "low": (150, 1_500),
    "medium": (600, 5_000),
    "high": (2_000, 12_000),
    "xhigh": (4_000, 24_000),
    "max": (8_000, 48_000),
}


@dataclass(frozen=True)
class Estimate:
    """`requests` are to be asked, `answered` more have an answer already. Money in nano-dollars, None where the price
    is not known."""

    model: str
    requests: int
    answered: int
    input_tokens: int
    output_tokens: int
    low: int | None
    high: int | None

    def __str__(self) -> str:
        """One sentence for a person.

        >>> print(Estimate("gpt-6-luna", 41, 0, 310_000, 60_000, 200_000_000, 450_000_000))
        Would ask gpt-6-luna 41 questions: about 310,000 tokens in and 60,000 out, $0.20 to $0.45.
        """
        if not self.requests:
            already = f": {_count(self.answered, 'answer is', 'answers are')} there already" if self.answered else ""
            return f"Would ask {self.model} nothing{already}."
        more = f" ({_count(self.answered, 'more is', 'more are')} answered already)" if self.answered else ""
        tokens = f"about {_rounded(self.input_tokens):,} tokens in and {_rounded(self.output_tokens):,} out"
        questions = _count(self.requests, "question", "questions")
        return f"Would ask {self.model} {questions}{more}: {tokens}, {self._money()}."

    def _money(self) -> str:
        if self.low is None or self.high is None:
            return "at a price that is not known"
        if not self.high:
            return "at no cost"
        low, high = shown_usd(self.low), shown_usd(self.high)
        return low if low == high else f"{low} to {high}"


def estimate(requests: Iterable[Request], price: Price | None, model: str, answered: int = 0) -> Estimate:
    """What it takes to ask `requests`; `answered` says how many more need not be asked.

    At the least the instructions are read from the server's cache but for the first time, and the model thinks little;
    at the most nothing is, all is written to it, and it thinks long. Repairs and uses of tools are not in it.
    """
    asked = read = said = low = high = 0
    for request in requests:
        instructions = _tokens(request.instructions)
        inside = instructions + _tokens(request.prompt) + _tokens(json.dumps(request.schema))
        least, most = _output(request)
        read += inside
        said += (least + most) // 2
        if price is not None:
            cached = instructions if asked else 0
            low += price.cost(Cost(inside, cached, least, written_tokens=0)) or 0
            high += price.cost(Cost(inside, 0, most)) or 0
        asked += 1
    if price is None:
        return Estimate(model, asked, answered, read, said, None, None)
    return Estimate(model, asked, answered, read, said, low, high)


def most_in_rounds(
    requests: Sequence[Request], price: Price | None, rounds: int, again: Callable[[Request], Request]
) -> str:
    """What it can come to at the most where each answer is refuted and asked for again, `rounds` times in all: one
    sentence. `again` gives the request of a next round; it carries the answer before it, and why that was refuted."""
    most = 0
    for request in requests:
        inside = _tokens(request.instructions) + _tokens(request.prompt) + _tokens(json.dumps(request.schema))
        earlier = 0
        for _ in range(rounds):
            if price is not None:
                most += price.cost(Cost(inside + earlier, 0, request.max_output_tokens)) or 0
            earlier = request.max_output_tokens + _REFUTED
            request = again(request)
    asked = _count(rounds * len(requests), "question", "questions")
    money = f", {shown_usd(most)}" if most else ""
    return f"Where all is refuted, in {rounds} rounds: at the most {asked}{money}."


def _output(request: Request) -> tuple[int, int]:
    texts = TOKENS_PER_TEXT * _texts(request.schema)
    thinking = _THINKING.get(request.effort, _THINKING["high"])
    least, most = (min(texts + each, request.max_output_tokens) for each in thinking)
    return least, most


def _texts(schema: Any) -> int:
    """How many texts an answer to the schema has: its leaves."""
    if not isinstance(schema, Mapping):
        return 0
    properties = schema.get("properties")
    inside = properties.values() if isinstance(properties, Mapping) else [schema["items"]] if "items" in schema else []
    return sum(_texts(each) for each in inside) or 1


def _tokens(text: str) -> int:
    return round(len(text.encode("utf-8", "surrogatepass")) / BYTES_PER_TOKEN)


def _rounded(number: int) -> int:
    """To two digits: more would promise too much."""
    return round(number, 2 - len(str(number)))


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
