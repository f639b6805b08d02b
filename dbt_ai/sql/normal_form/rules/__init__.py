"""The rules: one a file, each keeps what the query gives on every database, and any order of them does.

A rule takes a tree (see `resolving.py`) and the relations that it reads, changes the tree in place and returns it. It
may turn an error into rows or rows into an error only where DuckDB itself decides what is worked out: terms of AND may
be looked at in any order, and a column that nobody reads is not worked out. What can fail is never put in the place of
what cannot.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlglot import exp

from dbt_ai.sql.normal_form.rules.aggregate_forms import aggregate_forms
from dbt_ai.sql.normal_form.rules.anti_joins import anti_joins
from dbt_ai.sql.normal_form.rules.between import between
from dbt_ai.sql.normal_form.rules.case_forms import case_forms
from dbt_ai.sql.normal_form.rules.casts import casts
from dbt_ai.sql.normal_form.rules.coalesce_forms import coalesce_forms
from dbt_ai.sql.normal_form.rules.comparisons import comparisons
from dbt_ai.sql.normal_form.rules.composed import composed
from dbt_ai.sql.normal_form.rules.constants import constants
from dbt_ai.sql.normal_form.rules.distinct_forms import distinct_forms
from dbt_ai.sql.normal_form.rules.equalities import equalities
from dbt_ai.sql.normal_form.rules.exists_forms import exists_forms
from dbt_ai.sql.normal_form.rules.filters import filters
from dbt_ai.sql.normal_form.rules.flat_joins import flat_joins
from dbt_ai.sql.normal_form.rules.having import having
from dbt_ai.sql.normal_form.rules.idle_order import idle_order
from dbt_ai.sql.normal_form.rules.in_lists import in_lists
from dbt_ai.sql.normal_form.rules.in_subqueries import in_subqueries
from dbt_ai.sql.normal_form.rules.merged import merged
from dbt_ai.sql.normal_form.rules.negations import negations
from dbt_ai.sql.normal_form.rules.null_checks import null_checks
from dbt_ai.sql.normal_form.rules.outer_joins import outer_joins
from dbt_ai.sql.normal_form.rules.pushed_filters import pushed_filters
from dbt_ai.sql.normal_form.rules.qualify import qualify
from dbt_ai.sql.normal_form.rules.ranges import ranges
from dbt_ai.sql.normal_form.rules.semi_joins import semi_joins
from dbt_ai.sql.normal_form.rules.truths import truths
from dbt_ai.sql.normal_form.rules.unions import unions
from dbt_ai.sql.normal_form.rules.unused_columns import unused_columns
from dbt_ai.sql.normal_form.rules.unused_joins import unused_joins

RULES = (
    casts,
    between,
    comparisons,
    negations,
    filters,
    in_lists,
    case_forms,
    coalesce_forms,
    aggregate_forms,
    null_checks,
    constants,
    truths,
    ranges,
    idle_order,
    qualify,
    in_subqueries,
    exists_forms,
    outer_joins,
    flat_joins,
    anti_joins,
    unused_joins,
    merged,
    pushed_filters,
    composed,
    having,
    distinct_forms,
    unions,
    unused_columns,
    equalities,
    semi_joins,
)

NEEDS: Mapping[Any, tuple[type[exp.Expr], ...]] = MappingProxyType(
    {
        casts: (exp.Cast,),
        between: (exp.Between,),
        comparisons: (exp.Not, exp.GT, exp.GTE),
        negations: (exp.Not,),
        in_lists: (exp.In, exp.And, exp.Or),
        case_forms: (exp.If, exp.Nullif, exp.Case),
        coalesce_forms: (exp.Case, exp.Coalesce),
        aggregate_forms: (exp.AggFunc, exp.Filter),
        null_checks: (exp.Is,),
        constants: (exp.Binary, exp.Is),
        truths: (exp.And, exp.Or, exp.Where),
        ranges: (exp.Where, exp.Having),
        idle_order: (exp.Order,),
        qualify: (exp.Qualify,),
        in_subqueries: (exp.In, exp.Any),
        exists_forms: (exp.Exists,),
        outer_joins: (exp.Join,),
        flat_joins: (exp.Join,),
        anti_joins: (exp.Join,),
        unused_joins: (exp.Join,),
        merged: (exp.Subquery,),
        pushed_filters: (exp.Subquery,),
        composed: (exp.Subquery,),
        having: (exp.Having,),
        distinct_forms: (exp.Group, exp.Distinct),
        unions: (exp.SetOperation,),
        unused_columns: (exp.Subquery,),
        equalities: (exp.Where,),
        semi_joins: (exp.Join, exp.Exists),
    }
)
"""What a tree has to have one of, or a rule has nothing to change in it."""
