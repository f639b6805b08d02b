"""What is chosen of tests that pass, by the faults that each notices."""

from __future__ import annotations

from dbt_ai.checks.data_tests.trials import Trial
from dbt_ai.tasks.testing.choosing import choose
from dbt_ai.tasks.testing.values import Basis, Candidate, Role
from dbt_ai.values import Target


def candidate(column: str, kind: str, role: Role = Role.OTHER) -> Candidate:
    return Candidate(Target("model.shop.orders", column), kind, Basis.SQL, "Because.", role=role)


def chosen(candidates: list[Candidate], trials: list[Trial], computed: int = 0) -> list[tuple[str | None, str]]:
    choice = choose(candidates, trials, 0, 0, computed)
    return [(one.candidate.target.column, one.candidate.kind) for one in choice.chosen]


def in_data(*caught: int, above: bool = False) -> Trial:
    return Trial("wrong sign", "An amount is negative.", False, frozenset(caught), above)


def in_sql(*caught: int) -> Trial:
    return Trial("coalesce-dropped", "A default is gone.", True, frozenset(caught))


def test_what_only_other_sql_makes_fail_is_left_to_unit_tests_but_for_lists() -> None:
    candidates = [candidate("number", "not_null"), candidate("size", "accepted_values"), candidate("total", "not_null")]
    assert chosen(candidates, [in_sql(0), in_sql(1), in_data(2)]) == [
        ("size", "accepted_values"),
        ("total", "not_null"),
    ]


def test_what_a_test_of_a_parent_notices_is_no_reason_for_another() -> None:
    assert chosen([candidate("total", "accepted_range")], [in_data(0, above=True)]) == []


def test_keys_are_chosen_whatever_else_notices_and_references_where_nothing_else_does() -> None:
    candidates = [
        candidate("id", "unique", Role.KEY),
        candidate("id", "not_null", Role.KEY),
        candidate("customer_id", "relationships", Role.REFERENCE),
        candidate("shop_id", "relationships", Role.REFERENCE),
    ]
    trials = [in_data(0, 1, 3), in_data(2)]
    assert chosen(candidates, trials) == [("id", "unique"), ("id", "not_null"), ("customer_id", "relationships")]


def test_what_nothing_makes_fail_is_never_chosen() -> None:
    key = candidate("id", "unique", Role.KEY)
    assert chosen([key], [in_data()]) == []
    assert choose([key], [in_data()], 0, 0, 0).vacuous == (key,)
