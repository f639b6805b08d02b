"""What models cost: the dated table of prices.json, and what the user's own file says instead.

Money is counted in whole billionths of a US dollar ("nano-dollars"), rounded up: sums are exact, and never too low.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from dbt_ai.engines.settings import is_loopback, shown_url
from dbt_ai.engines.values import Cost
from dbt_ai.errors import UsageError

NANO = 1_000_000_000  # nano-dollars in a dollar
# What a server may put around what it was sent: roles, its own preamble, the schema in its own notation.
TOKENS_AROUND = 1_000

_TABLE = Path(__file__).with_name("prices.json")
_DATE = re.compile(r"-20\d\d-\d\d-\d\d$")
_PER_TOKEN = Decimal(NANO) / 1_000_000  # from dollars per million tokens


@dataclass(frozen=True)
class Price:
    """US dollars per million tokens. `written` is for input that the server writes to its own cache, `batch` the factor
    of a batch. A request with more than `long_above` tokens of input costs `long_input` and `long_output` times as
    much. `source` says where the figures are from."""

    input: Decimal
    cached: Decimal
    output: Decimal
    written: Decimal
    batch: Decimal = Decimal(1)
    long_above: int | None = None
    long_input: Decimal = Decimal(1)
    long_output: Decimal = Decimal(1)
    source: str = ""

    def most(self, sent_bytes: int, max_output_tokens: int) -> int:
        """The most that a request can cost, in nano-dollars. A token is at least one byte of what is sent; whether the
        server reads from its cache, or writes to it, is not known before."""
        read = sent_bytes + TOKENS_AROUND
        return self._sum(read, max_output_tokens, read * max(self.input, self.cached, self.written))

    def cost(self, cost: Cost) -> int | None:
        """What a request has cost by the server's counts, in nano-dollars. None where it did not count.

        Input that was not read from the cache counts as written to it where the server does not tell the two apart.
        """
        if cost.input_tokens is None or cost.output_tokens is None or min(cost.input_tokens, cost.output_tokens) < 0:
            return None
        cached = min(cost.cached_tokens or 0, cost.input_tokens)
        fresh = cost.input_tokens - cached
        written = fresh if cost.written_tokens is None else min(cost.written_tokens, fresh)
        plain = fresh - written
        dollars = cached * self.cached + written * max(self.written, self.input) + plain * self.input
        return self._sum(cost.input_tokens, cost.output_tokens, dollars)

    def in_batch(self) -> Price:
        """The price of the same in a batch."""
        return self._times(self.batch)

    def _sum(self, input_tokens: int, output_tokens: int, dollars: Decimal) -> int:
        """Nano-dollars, from what the input costs at the plain prices, in dollars for a million times as much."""
        output = output_tokens * self.output
        if self.long_above is not None and input_tokens > self.long_above:
            dollars, output = dollars * self.long_input, output * self.long_output
        return int(((dollars + output) * _PER_TOKEN).to_integral_value(ROUND_CEILING))

    def _times(self, factor: Decimal) -> Price:
        names = ("input", "cached", "output", "written")
        return replace(self, **{name: getattr(self, name) * factor for name in names})


FREE = Price(Decimal(0), Decimal(0), Decimal(0), Decimal(0), source="a server on this machine")


@dataclass(frozen=True)
class Provider:
    """One company's prices, for its own hosts. At the hosts below these `regional` is the factor."""

    hosts: tuple[str, ...]
    models: Mapping[str, Price]
    regional: Decimal = Decimal(1)


@dataclass(frozen=True)
class PriceTable:
    """All that is known of prices; `own` are the user's, which hold at every server."""

    providers: tuple[Provider, ...] = ()
    own: Mapping[str, Price] = field(default_factory=dict)


def read_prices(root: Path, file: str | None = None) -> PriceTable:
    """The table, and what the YAML `file` of the project at `root` says instead: for each model `input`, `cached` (as
    `input` where it is left out), `written` (likewise) and `output` in US dollars per million tokens, or the number 0.

    Raises UsageError, which names the place of the mistake.
    """
    return PriceTable(_shipped(), {} if file is None else _read_own(root / file, file))


def price_of(model: str, base_url: str, table: PriceTable) -> Price | None:
    """The price of `model` at the server, None where it is not known. A name with a date at its end is its family's.

    The user's price comes first; then a server on this machine is free; a company's prices hold at its own servers
    only, as somebody in between may ask for more.
    """
    own = _named(model, table.own)
    if own is not None:
        return own
    if is_loopback(base_url):
        return FREE
    host = urlsplit(base_url).hostname or ""
    for provider in table.providers:
        regional = any(host.endswith(f".{each}") for each in provider.hosts)
        price = _named(model, provider.models)
        if price is not None and (regional or host in provider.hosts):
            return price._times(provider.regional) if regional else price
    return None


def no_price(model: str, base_url: str) -> str:
    """The sentence for a cap that cannot be held."""
    return (
        f"There is no price for {model} at {shown_url(base_url)}, so no cap can be held: add it to the file that "
        f"`prices` in dbt_ai.yml names (`{model}: {{input: 0.25, output: 2}}`, US dollars per million tokens), or "
        "leave --max-cost out."
    )


def usd(nano: int) -> float:
    """US dollars, for a report."""
    return nano / NANO


def shown_usd(nano: int) -> str:
    """Money as a person reads it: whole cents, below a cent the first two digits.

    >>> shown_usd(1_930_000_000), shown_usd(0), shown_usd(1_234_567)
    ('$1.93', '$0.00', '$0.0012')
    """
    if nano == 0 or nano >= NANO // 100:
        return f"${nano / NANO:,.2f}"
    digits = next(places for places in range(3, 10) if nano * 10**places >= NANO) + 1
    return f"${nano / NANO:.{min(digits, 9)}f}"


def _named(model: str, prices: Mapping[str, Price]) -> Price | None:
    return prices.get(model) or prices.get(_DATE.sub("", model))


@lru_cache(maxsize=1)
def _shipped() -> tuple[Provider, ...]:
    content = json.loads(_TABLE.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)
    return tuple(_provider(entry) for entry in content["providers"])


def _provider(entry: Mapping[str, Any]) -> Provider:
    long = entry.get("long", {})
    factors = (
        {"long_above": int(long["above"]), "long_input": long["input"], "long_output": long["output"]} if long else {}
    )
    models = {
        name: Price(
            input=figures["input"],
            cached=figures.get("cached", figures["input"]),
            output=figures["output"],
            written=figures.get("written", figures["input"]),
            batch=entry.get("batch", Decimal(1)),
            source=f"{entry['name']}'s prices of {entry['read']}",
            **(factors if figures.get("long") else {}),
        )
        for name, figures in entry["models"].items()
    }
    return Provider(tuple(entry["hosts"]), models, entry.get("regional", Decimal(1)))


def _read_own(path: Path, file: str) -> Mapping[str, Price]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"There is no file {path} with prices: make it, or correct `prices` in dbt_ai.yml.") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"The prices in {file} cannot be read: {' '.join(str(error).split())}") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise UsageError(f"{file} must hold prices such as `my-model: {{input: 0.25, cached: 0.025, output: 2}}`.")
    return {str(model): _own_price(figures, f"{file}: {model}", file) for model, figures in content.items()}


def _own_price(figures: Any, place: str, file: str) -> Price:
    if not isinstance(figures, dict):
        if isinstance(figures, bool) or figures != 0:
            raise UsageError(f"{place} must be 0, or have `input` and `output` in US dollars per million tokens.")
        figures = {"input": 0, "output": 0}
    unknown = [str(name) for name in figures if name not in ("input", "cached", "written", "output")]
    if unknown:
        raise UsageError(f"{place} has {', '.join(unknown)}; there are input, cached, written and output.")
    missing = [name for name in ("input", "output") if name not in figures]
    if missing:
        raise UsageError(f"{place} has no {' and no '.join(missing)}: US dollars per million tokens.")
    numbers = {name: _number(value, f"{place}: {name}") for name, value in figures.items()}
    plain = numbers["input"]
    return Price(plain, numbers.get("cached", plain), numbers["output"], numbers.get("written", plain), source=file)


def _number(value: Any, place: str) -> Decimal:
    try:
        number = Decimal("nan") if isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        number = Decimal("nan")
    if not (number.is_finite() and 0 <= number < 1_000_000):
        raise UsageError(f"{place} must be US dollars per million tokens such as 0.25, not {value!r}.")
    return number
