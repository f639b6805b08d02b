"""dbt_utils.accepted_range: a value outside the bounds; NULL passes."""

from __future__ import annotations

from dbt_ai.checks.data_tests.values import DataCheck, UnknownKind


def accepted_range(check: DataCheck, tested: str) -> str:
    """The rows whose value is too small or too large."""
    equal = "=" if check.argument("inclusive", True) else ""
    bounds = [
        f"NOT {check.of_column} {sign}{equal} {bound}"
        for sign, bound in ((">", check.argument("min_value")), ("<", check.argument("max_value")))
        if bound is not None
    ]
    if not bounds:
        raise UnknownKind("accepted_range needs a bound")
    return f"SELECT * FROM {tested} WHERE {' OR '.join(bounds)}"
