"""The words of judging a model's tests by its mutants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dbt_ai.project.values import Compiled, DataTest, Node, UnitTest
from dbt_ai.sql.values import Relation


class Excluded(Exception):
    """A model cannot be judged. `reason` is a code of the table."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Read:
    """A relation that a model reads: what is known of it, under the name that the SQL has for it; `rows` is the SELECT
    that gives its rows."""

    relation: Relation
    rows: str
    cte: str


@dataclass(frozen=True)
class Subject:
    """A model to be judged. `sql` is its own part of the compiled SQL, without that of ephemeral models; `file` the
    text that its lines are told of; `compiled` the data tests that read it by unique_id."""

    node: Node
    sql: str
    file: str
    reads: tuple[Read, ...]
    data_tests: tuple[DataTest, ...] = ()
    compiled: Mapping[str, Compiled] = field(default_factory=dict)
    unit_tests: tuple[UnitTest, ...] = ()
    others: Mapping[str, Relation] = field(default_factory=dict)


@dataclass(frozen=True)
class DataTestCheck:
    """A data test made to look at a table of ours. `condition` is true where it fails; `sql` its own SELECT."""

    test: DataTest
    name: str
    sql: str

    @property
    def condition(self) -> str:
        """The test as one SQL expression."""
        return self.on(self.sql)

    def on(self, sql: str) -> str:
        """The test as one SQL expression, `sql` in the place of its own SELECT."""
        found = f"COALESCE({self.test.fail_calc}, 0)"
        limits = dict.fromkeys((self.test.warn_if, self.test.error_if))
        fails = " OR ".join(f"{found} {limit}" for limit in limits)
        return f"(SELECT {fails} FROM ({sql}\n) AS dbt_internal_test)"
