"""The rules that need no model: each a file, all of them here in the order in which they are tried.

A rule takes a model's text and yields the small changes that it proposes, and what it leaves as it is with a reason.
Whether a change keeps the rows is never a rule's to say: a proof decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dbt_ai.tasks.refactoring.rules.columns_by_hand import columns_by_hand
from dbt_ai.tasks.refactoring.rules.date_spine_by_hand import date_spine_by_hand
from dbt_ai.tasks.refactoring.rules.distinct_without_effect import distinct_without_effect
from dbt_ai.tasks.refactoring.rules.division_by_hand import division_by_hand
from dbt_ai.tasks.refactoring.rules.final_select import final_select
from dbt_ai.tasks.refactoring.rules.group_by_name import group_by_name
from dbt_ai.tasks.refactoring.rules.hard_coded_relation import hard_coded_relation
from dbt_ai.tasks.refactoring.rules.import_cte import import_cte
from dbt_ai.tasks.refactoring.rules.nested_subquery import nested_subquery
from dbt_ai.tasks.refactoring.rules.order_without_effect import order_without_effect
from dbt_ai.tasks.refactoring.rules.pivot_by_hand import pivot_by_hand
from dbt_ai.tasks.refactoring.rules.repeated_expression import repeated_expression
from dbt_ai.tasks.refactoring.rules.same_cte import same_cte
from dbt_ai.tasks.refactoring.rules.star_narrowed import star_narrowed
from dbt_ai.tasks.refactoring.rules.star_spelled_out import star_spelled_out
from dbt_ai.tasks.refactoring.rules.surrogate_key_by_hand import surrogate_key_by_hand
from dbt_ai.tasks.refactoring.rules.union_by_hand import union_by_hand
from dbt_ai.tasks.refactoring.rules.union_without_effect import union_without_effect
from dbt_ai.tasks.refactoring.rules.unused_column import unused_column
from dbt_ai.tasks.refactoring.rules.unused_cte import unused_cte
from dbt_ai.tasks.refactoring.rules.unused_join import unused_join
from dbt_ai.tasks.refactoring.rules.window_filter_to_qualify import window_filter_to_qualify
from dbt_ai.tasks.refactoring.values import Rule

RULES: tuple[Rule, ...] = (
    hard_coded_relation,
    same_cte,
    unused_join,
    unused_column,
    unused_cte,
    distinct_without_effect,
    union_without_effect,
    order_without_effect,
    nested_subquery,
    surrogate_key_by_hand,
    division_by_hand,
    pivot_by_hand,
    date_spine_by_hand,
    columns_by_hand,
    union_by_hand,
    window_filter_to_qualify,
    repeated_expression,
    group_by_name,
    star_spelled_out,
    import_cte,
    star_narrowed,
    final_select,
)

GOALS_OF: Mapping[Rule, tuple[str, ...]] = MappingProxyType(
    {
        surrogate_key_by_hand: ("readable",),
        division_by_hand: ("readable",),
        pivot_by_hand: ("readable",),
        date_spine_by_hand: ("readable",),
        columns_by_hand: ("readable",),
        union_by_hand: ("readable",),
        group_by_name: ("readable",),
        import_cte: ("readable",),
        final_select: ("readable",),
        repeated_expression: ("readable",),
        star_narrowed: ("cheaper",),
        star_spelled_out: ("readable",),
        window_filter_to_qualify: ("readable", "cheaper"),
    }
)
"""The goals of `--goal` that a rule is for: one of taste is for `readable`, a costly one for `cheaper`. A rule that is
not here runs always."""


def rules_for(goal: str | None) -> tuple[Rule, ...]:
    """The rules that run for a goal, in their order."""
    return tuple(rule for rule in RULES if rule not in GOALS_OF or goal in GOALS_OF[rule])
