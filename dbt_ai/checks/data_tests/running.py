"""Runs a data test on DuckDB: it passes, it fails with rows, or it could not be run, with the reason."""

from __future__ import annotations

from dbt_ai.checks.data_tests.kinds import failing_rows
from dbt_ai.checks.data_tests.values import DataCheck, UnknownKind
from dbt_ai.checks.sandbox import QueryTimeout, Sandbox
from dbt_ai.errors import WarehouseError
from dbt_ai.values import Verdict, VerdictKind

SHOWN = 5  # of the rows that fail


def run_check(check: DataCheck, relation: str, sandbox: Sandbox, timeout: float | None = None) -> Verdict:
    """The verdict of `check` on the data of `relation` (as a FROM clause names it): HOLDS, REFUTED with up to five of
    the rows that fail, or UNPROVEN with its reason code. Never raises for a test that cannot be run.

    A test with SQL of its own goes through the sandbox, too: one SELECT, that reads only.
    """
    try:
        sql = failing_rows(check, relation)
    except UnknownKind as reason:
        return Verdict(VerdictKind.UNPROVEN, f"It could not be run: {reason}.", "unknown-test", where="duckdb")
    try:
        found = sandbox.run(f"SELECT failed, COUNT(*) OVER () FROM ({sql}) AS failed LIMIT {SHOWN}", timeout)
    except QueryTimeout as error:
        return Verdict(VerdictKind.UNPROVEN, str(error), "time-limit", sql, where="duckdb")
    except WarehouseError as error:
        return Verdict(VerdictKind.UNPROVEN, str(error), "query-failed", sql, where="duckdb")
    if not found:
        return Verdict(VerdictKind.HOLDS, "It passes on the data that is there.", basis=sql, where="duckdb")
    count = int(found[0][1])
    rows = tuple(tuple((str(name), value) for name, value in failed.items()) for failed, _ in found)
    detail = f"{count:,} {'row fails' if count == 1 else 'rows fail'}."
    return Verdict(VerdictKind.REFUTED, detail, "test-fails", sql, rows, "duckdb")
