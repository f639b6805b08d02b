"""What only the data shows, one kind of finding a file. `FINDERS` is the list of them all."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbt_ai.errors import WarehouseError
from dbt_ai.evidence.findings.always_equal import always_equal
from dbt_ai.evidence.findings.always_null import always_null
from dbt_ai.evidence.findings.branch_scale import branch_scale
from dbt_ai.evidence.findings.case_variants import case_variants
from dbt_ai.evidence.findings.constant import constant
from dbt_ai.evidence.findings.determined_by import determined_by
from dbt_ai.evidence.findings.duplicate_id import duplicate_id
from dbt_ai.evidence.findings.duplicate_rows import duplicate_rows
from dbt_ai.evidence.findings.empty_relation import empty_relation
from dbt_ai.evidence.findings.fan_out import fan_out
from dbt_ai.evidence.findings.filled_when import filled_when
from dbt_ai.evidence.findings.load_date import load_date
from dbt_ai.evidence.findings.mixed_units import mixed_units
from dbt_ai.evidence.findings.negative_amount import negative_amount
from dbt_ai.evidence.findings.nulls_since import nulls_since
from dbt_ai.evidence.findings.orphans import orphans
from dbt_ai.evidence.findings.sentinel import sentinel
from dbt_ai.evidence.findings.text_numbers import text_numbers
from dbt_ai.evidence.findings.value_set_changed import value_set_changed
from dbt_ai.evidence.findings.values import FindingContext, Subject
from dbt_ai.evidence.profile.query import rows_at_hand
from dbt_ai.evidence.values import Profile
from dbt_ai.sql.values import Relation
from dbt_ai.values import Finding

if TYPE_CHECKING:
    import duckdb

__all__ = ["FINDERS", "Examination", "FindingContext", "examine", "find_all"]

# In this order they are told, and looked for until the time is over.
FINDERS: tuple[Callable[[Subject], tuple[Finding, ...]], ...] = (
    empty_relation,
    duplicate_id,
    orphans,
    fan_out,
    branch_scale,
    mixed_units,
    load_date,
    nulls_since,
    filled_when,
    value_set_changed,
    always_null,
    constant,
    always_equal,
    determined_by,
    sentinel,
    negative_amount,
    case_variants,
    text_numbers,
    duplicate_rows,
)


@dataclass(frozen=True)
class Examination:
    """The findings about one relation, and in whole sentences what could not be looked for."""

    findings: tuple[Finding, ...]
    notices: tuple[str, ...] = ()


def examine(
    connection: duckdb.DuckDBPyConnection,
    relation: Relation,
    profile: Profile,
    context: FindingContext,
    *,
    timeout: float = 10.0,
    budget: float = 60.0,
) -> Examination:
    """Looks for everything `FINDERS` know in one relation. Never raises for a query that fails or takes longer than
    `timeout` seconds: that kind of finding is left out and named in the notices; so is what is left after `budget`."""
    with rows_at_hand(connection, relation, profile.rows, timeout) as stand_in:
        subject = Subject(connection, relation, profile, context, timeout, stand_in)
        return _examine(subject, budget)


def _examine(subject: Subject, budget: float) -> Examination:
    relation = subject.relation
    findings: list[Finding] = []
    notices: list[str] = []
    end = time.monotonic() + budget
    for finder in FINDERS:
        kind = finder.__name__.replace("_", "-")
        if time.monotonic() > end:
            notices.append(f"{relation.parts[2]} was not examined for {kind}: {budget:g} s were over.")
            continue
        try:
            findings += finder(subject)
        except WarehouseError as error:
            notices.append(f"{relation.parts[2]} could not be examined for {kind}: {error}.")
    return Examination(_without_repeats(findings), tuple(notices))


def find_all(
    connection: duckdb.DuckDBPyConnection,
    relation: Relation,
    profile: Profile,
    context: FindingContext,
    *,
    timeout: float = 10.0,
    budget: float = 60.0,
) -> tuple[Finding, ...]:
    """The findings of `examine` alone."""
    return examine(connection, relation, profile, context, timeout=timeout, budget=budget).findings


def _without_repeats(findings: list[Finding]) -> tuple[Finding, ...]:
    """A load date of one moment is a constant too, and a column of two units may be two branches: once is enough."""
    equal = {frozenset(finding.columns) for finding in findings if finding.code == "always-equal"}
    findings = [f for f in findings if f.code != "determined-by" or frozenset(f.columns) not in equal]
    stronger = {("constant", "load-date"), ("mixed-units", "branch-scale"), ("text-numbers", "constant")}
    codes = {(finding.code, finding.target) for finding in findings}
    return tuple(
        finding
        for finding in findings
        if not any(weak == finding.code and (strong, finding.target) in codes for weak, strong in stronger)
    )
