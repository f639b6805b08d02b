"""Each rule by itself on random queries: what it makes of a query gives the same on many small databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import pytest

from benchmarks._equivalence_queries import QueryMaker
from dbt_ai.checks.lifted import Databases, Vocabulary
from dbt_ai.sql.normal_form import normal_form
from dbt_ai.sql.normal_form.examples import TABLES
from dbt_ai.sql.normal_form.resolving import resolved
from dbt_ai.sql.normal_form.rules import NEEDS, RULES
from dbt_ai.sql.normal_form.trees import to_sql

WORDS = Vocabulary(numbers=frozenset({Decimal(1), Decimal(2)}), names=frozenset("abckfdn"))


@pytest.fixture(scope="module")
def databases() -> Iterator[Databases]:
    with Databases(TABLES, WORDS, seed=5, count=300, spot_checks=0) as databases:
        yield databases


def test_every_rule_keeps_what_a_query_gives(databases: Databases) -> None:
    changed: Counter[str] = Counter()
    for seed in range(25):
        tree = resolved(QueryMaker(seed).query(), TABLES)
        for rule in (*RULES, *RULES):
            before, kinds = to_sql(tree), {type(node) for node in tree.walk()}
            tree = rule(tree, TABLES)
            after = to_sql(tree)
            if rule in NEEDS and not any(issubclass(kind, NEEDS[rule]) for kind in kinds):
                assert after == before, f"{rule.__name__} is left out where it has something to do\n{before}"
            if after != before:
                changed[rule.__name__] += 1
                found = databases.differing(before, after)
                assert found.same_columns, f"{rule.__name__}\n{before}\n{after}"
                assert not found.databases, f"{rule.__name__}\n{before}\n{after}"
    assert len(changed) >= 20, changed


def test_normal_forms_that_are_the_same_are_of_queries_that_are(databases: Databases) -> None:
    """Random queries hardly ever are the same; those of one seed and their normal form must be told apart from none."""
    forms = {seed: normal_form(QueryMaker(seed).query(), TABLES) for seed in range(300)}
    by_form: dict[str, list[int]] = {}
    for seed, form in forms.items():
        if form is not None:
            by_form.setdefault(form, []).append(seed)
    for seeds in by_form.values():
        for seed in seeds[1:]:
            found = databases.differing(QueryMaker(seeds[0]).query(), QueryMaker(seed).query())
            assert not found.databases
    assert len(by_form) > 200
