"""Every HTTP request to a model: when, for which node, to whom, how much, what it cost and what became of it.

A row is written before its request is sent, and completed afterwards: what `kill -9` interrupts stays visible, with the
most that it can have cost. No prompt, no answer, no key and no value of the data is in it. Answers from the cache have
no row, as nothing is sent for them; `request_key` is the key of the answer in the cache.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from dbt_ai.engines.errors import LedgerError
from dbt_ai.engines.outcomes import ANSWERED
from dbt_ai.engines.prices import NANO
from dbt_ai.engines.sqlite_file import Kind, SqliteFile
from dbt_ai.engines.values import Cost

FILE = Path(".dbt_ai") / "ledger.sqlite"
SENT = "sent"  # the outcome of a request of which nothing more is known

_REQUESTS = """
create table if not exists requests (
    id integer primary key,
    sent_at text not null,
    run text not null,
    node text not null,
    engine text not null,
    model text not null,
    server text not null,
    effort text not null,
    prompt_version text not null,
    request_key text not null,
    sent_bytes integer not null,
    received_bytes integer,
    input_tokens integer,
    cached_tokens integer,
    written_tokens integer,
    output_tokens integer,
    reasoning_tokens integer,
    nano_usd integer,
    seconds real,
    outcome text not null,
    status integer
)
"""
_CHECKS = """
create table if not exists checks (
    request_key text primary key,
    checked_at text not null,
    accepted integer not null,
    refuted integer not null
) without rowid
"""
_BEGIN = """
insert into requests (sent_at, run, node, engine, model, server, effort, prompt_version, request_key, sent_bytes,
    nano_usd, outcome)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_END = """
update requests set received_bytes = ?, input_tokens = ?, cached_tokens = ?, written_tokens = ?, output_tokens = ?,
    reasoning_tokens = ?, nano_usd = ?, seconds = ?, outcome = ?, status = ?
where id = ?
"""
_LIST = """
select sent_at, run, node, engine, model, server, effort, prompt_version, request_key, sent_bytes, received_bytes,
    input_tokens, cached_tokens, written_tokens, output_tokens, reasoning_tokens, nano_usd, seconds, outcome, status,
    accepted, refuted
from requests left join checks using (request_key)
where sent_at >= ? order by id desc limit ?
"""
_SUMS = """
count(*) as requests, sum(outcome = ?) as answered, sum(sent_bytes) as sent_bytes,
sum(received_bytes) as received_bytes, sum(input_tokens) as input_tokens, sum(cached_tokens) as cached_tokens,
sum(output_tokens) as output_tokens, sum(reasoning_tokens) as reasoning_tokens, sum(nano_usd) as nano_usd,
count(*) - count(nano_usd) as unpriced, sum(seconds) as seconds
"""
# what can be summed by, and what each is in SQL
BY: Mapping[str, str] = {
    "node": "node",
    "model": "model",
    "day": "substr(sent_at, 1, 10)",
    "engine": "engine",
    "run": "run",
    "outcome": "outcome",
}
_KIND = Kind(
    name="ledger",
    migrations=(lambda connection: [connection.execute(table) for table in (_REQUESTS, _CHECKS)],),
    probe="select run, nano_usd, accepted from requests left join checks using (request_key) limit 1",
    newer="move the file away to begin a new one",
    error=LedgerError,
)


@dataclass(frozen=True)
class Sent:
    """A request that is about to be sent. `nano_usd` is the most that it can cost, None where no price is known."""

    run: str
    node: str
    engine: str
    model: str
    server: str
    effort: str
    prompt_version: str
    request_key: str
    sent_bytes: int
    nano_usd: int | None


@dataclass(frozen=True)
class Totals:
    """What the requests of one run to one model cost. `usd` is None where no price is known."""

    engine: str
    model: str
    requests: int
    answered: int
    input_tokens: int
    output_tokens: int
    reasoning_tokens: int
    usd: float | None
    seconds: float


class Ledger:
    """The file with the requests, safe for several processes and threads. Raises LedgerError with one sentence."""

    def __init__(self, path: Path, *, wait_seconds: float = 30.0) -> None:
        self._file = SqliteFile(path, _KIND, wait_seconds=wait_seconds)

    @property
    def damaged(self) -> Path | None:
        """Where the file of before lies now, if it was damaged."""
        return self._file.damaged

    def begin(self, sent: Sent) -> int:
        """Records a request before it is sent; the number of its row."""
        row = (
            *(now(), sent.run, sent.node, sent.engine, sent.model, sent.server, sent.effort, sent.prompt_version),
            *(sent.request_key, sent.sent_bytes, sent.nano_usd, SENT),
        )
        with self._file.writing() as connection:
            number = connection.execute(_BEGIN, row).lastrowid
        assert number is not None
        return number

    def end(self, number: int, cost: Cost, nano_usd: int | None, outcome: str, status: int | None = None) -> None:
        """Completes the row `number`: what the server counted, what it costs, and what became of the request."""
        tokens = (cost.input_tokens, cost.cached_tokens, cost.written_tokens, cost.output_tokens, cost.reasoning_tokens)
        row = (cost.received_bytes, *tokens, nano_usd, cost.seconds, outcome, status, number)
        with self._file.writing() as connection:
            connection.execute(_END, row)

    def checked(self, request_key: str, accepted: int, refuted: int) -> None:
        """Records what the checks made of the answer to a request: how many of its texts they accepted and refuted.
        The last word counts."""
        row = (request_key, now(), accepted, refuted)
        with self._file.writing() as connection:
            connection.execute("insert or replace into checks values (?, ?, ?, ?)", row)

    def requests(self, since: str = "", last: int | None = None) -> list[dict[str, Any]]:
        """The requests since a date ("2026-11-24", UTC), or the last ones of them, the oldest first. `usd` is the money
        (of one that was interrupted the most that it can be), `accepted` and `refuted` what the checks said."""
        found = self._rows(_LIST, (since, -1 if last is None else last))
        return found[::-1]

    def sums(self, by: str | None = None, since: str = "") -> list[dict[str, Any]]:
        """Sums of the requests since a date for each `name` of one of `BY`: the most expensive first, days and runs in
        their order. Without `by` one row with all, and no name."""
        if by is None:
            return self._rows(f"select {_SUMS} from requests where sent_at >= ?", (ANSWERED, since))
        order = "1" if by in ("day", "run") else "nano_usd desc, requests desc, 1"
        sums = f"select {BY[by]} as name, {_SUMS} from requests where sent_at >= ? group by 1 order by {order}"
        return self._rows(sums, (ANSWERED, since))

    def totals(self, run: str) -> tuple[Totals, ...]:
        """What each model of one run did and cost so far, in the order in which they were first asked."""
        sums = f"select engine, model, {_SUMS} from requests where run = ? group by 1, 2 order by min(id)"
        return tuple(
            Totals(
                engine=row["engine"],
                model=row["model"],
                requests=row["requests"],
                answered=row["answered"],
                input_tokens=row["input_tokens"] or 0,
                output_tokens=row["output_tokens"] or 0,
                reasoning_tokens=row["reasoning_tokens"] or 0,
                usd=row["usd"],
                seconds=row["seconds"] or 0.0,
            )
            for row in self._rows(sums, (ANSWERED, run))
        )

    def close(self) -> None:
        """Lets go of the file."""
        self._file.close()

    def _rows(self, sql: str, arguments: Sequence[Any]) -> list[dict[str, Any]]:
        with self._file.reading() as connection:
            cursor = connection.execute(sql, arguments)
            names = ["usd" if column[0] == "nano_usd" else column[0] for column in cursor.description]
            rows = cursor.fetchall()
        place = names.index("usd")
        return [dict(zip(names, (*row[:place], _dollars(row[place]), *row[place + 1 :]), strict=True)) for row in rows]


def now() -> str:
    """The time in UTC, to the millisecond, as ISO 8601 writes it."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def new_run() -> str:
    """A name for a run: its time, which sorts, and a few random digits."""
    return f"{datetime.now(timezone.utc):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def _dollars(nano_usd: int | None) -> float | None:
    return None if nano_usd is None else nano_usd / NANO
