"""The mutation operators: one a file. `OPERATORS` is the list of them all.

A new one is a file here, a line in the list, and a file of pairs in tests/sql/mutants/.
"""

from __future__ import annotations

from dbt_ai.sql.mutants.operators.aggregate_distinct import aggregate_distinct
from dbt_ai.sql.mutants.operators.aggregate_filter_dropped import aggregate_filter_dropped
from dbt_ai.sql.mutants.operators.arithmetic_operand_dropped import arithmetic_operand_dropped
from dbt_ai.sql.mutants.operators.arithmetic_operator import arithmetic_operator
from dbt_ai.sql.mutants.operators.between_bounds import between_bounds
from dbt_ai.sql.mutants.operators.between_negated import between_negated
from dbt_ai.sql.mutants.operators.boolean_flipped import boolean_flipped
from dbt_ai.sql.mutants.operators.case_branch_dropped import case_branch_dropped
from dbt_ai.sql.mutants.operators.case_branches_reordered import case_branches_reordered
from dbt_ai.sql.mutants.operators.case_default_dropped import case_default_dropped
from dbt_ai.sql.mutants.operators.case_results_swapped import case_results_swapped
from dbt_ai.sql.mutants.operators.cast_dropped import cast_dropped
from dbt_ai.sql.mutants.operators.coalesce_dropped import coalesce_dropped
from dbt_ai.sql.mutants.operators.coalesce_reordered import coalesce_reordered
from dbt_ai.sql.mutants.operators.column_source_swapped import column_source_swapped
from dbt_ai.sql.mutants.operators.column_swapped import column_swapped
from dbt_ai.sql.mutants.operators.comparison_boundary import comparison_boundary
from dbt_ai.sql.mutants.operators.comparison_reversed import comparison_reversed
from dbt_ai.sql.mutants.operators.condition_dropped import condition_dropped
from dbt_ai.sql.mutants.operators.connective_swapped import connective_swapped
from dbt_ai.sql.mutants.operators.count_all import count_all
from dbt_ai.sql.mutants.operators.count_matches import count_matches
from dbt_ai.sql.mutants.operators.date_moved import date_moved
from dbt_ai.sql.mutants.operators.date_part import date_part
from dbt_ai.sql.mutants.operators.difference_unit import difference_unit
from dbt_ai.sql.mutants.operators.distinct_added import distinct_added
from dbt_ai.sql.mutants.operators.distinct_dropped import distinct_dropped
from dbt_ai.sql.mutants.operators.equality_negated import equality_negated
from dbt_ai.sql.mutants.operators.equality_null_safe import equality_null_safe
from dbt_ai.sql.mutants.operators.except_intersect import except_intersect
from dbt_ai.sql.mutants.operators.exists_negated import exists_negated
from dbt_ai.sql.mutants.operators.filter_dropped import filter_dropped
from dbt_ai.sql.mutants.operators.filter_negated import filter_negated
from dbt_ai.sql.mutants.operators.filter_to_join_condition import filter_to_join_condition
from dbt_ai.sql.mutants.operators.flag_negated import flag_negated
from dbt_ai.sql.mutants.operators.floor_ceiling import floor_ceiling
from dbt_ai.sql.mutants.operators.frame_dropped import frame_dropped
from dbt_ai.sql.mutants.operators.frame_moved import frame_moved
from dbt_ai.sql.mutants.operators.greatest_least import greatest_least
from dbt_ai.sql.mutants.operators.group_key_dropped import group_key_dropped
from dbt_ai.sql.mutants.operators.having_dropped import having_dropped
from dbt_ai.sql.mutants.operators.in_negated import in_negated
from dbt_ai.sql.mutants.operators.in_value_dropped import in_value_dropped
from dbt_ai.sql.mutants.operators.incremental_boundary import incremental_boundary
from dbt_ai.sql.mutants.operators.interval_moved import interval_moved
from dbt_ai.sql.mutants.operators.join_condition_dropped import join_condition_dropped
from dbt_ai.sql.mutants.operators.join_condition_to_filter import join_condition_to_filter
from dbt_ai.sql.mutants.operators.join_side import join_side
from dbt_ai.sql.mutants.operators.join_turned import join_turned
from dbt_ai.sql.mutants.operators.like_case import like_case
from dbt_ai.sql.mutants.operators.like_negated import like_negated
from dbt_ai.sql.mutants.operators.like_pattern import like_pattern
from dbt_ai.sql.mutants.operators.limit_moved import limit_moved
from dbt_ai.sql.mutants.operators.minimum_maximum import minimum_maximum
from dbt_ai.sql.mutants.operators.neighbour_row import neighbour_row
from dbt_ai.sql.mutants.operators.not_dropped import not_dropped
from dbt_ai.sql.mutants.operators.null_check_negated import null_check_negated
from dbt_ai.sql.mutants.operators.nullif_dropped import nullif_dropped
from dbt_ai.sql.mutants.operators.nulls_placement import nulls_placement
from dbt_ai.sql.mutants.operators.number_moved import number_moved
from dbt_ai.sql.mutants.operators.operands_swapped import operands_swapped
from dbt_ai.sql.mutants.operators.order_key_dropped import order_key_dropped
from dbt_ai.sql.mutants.operators.order_reversed import order_reversed
from dbt_ai.sql.mutants.operators.partition_key_dropped import partition_key_dropped
from dbt_ai.sql.mutants.operators.qualify_dropped import qualify_dropped
from dbt_ai.sql.mutants.operators.ranking_function import ranking_function
from dbt_ai.sql.mutants.operators.relation_swapped import relation_swapped
from dbt_ai.sql.mutants.operators.rounding_dropped import rounding_dropped
from dbt_ai.sql.mutants.operators.sign_dropped import sign_dropped
from dbt_ai.sql.mutants.operators.sum_average import sum_average
from dbt_ai.sql.mutants.operators.sum_maximum import sum_maximum
from dbt_ai.sql.mutants.operators.text_changed import text_changed
from dbt_ai.sql.mutants.operators.text_cleaning_dropped import text_cleaning_dropped
from dbt_ai.sql.mutants.operators.truncation_unit import truncation_unit
from dbt_ai.sql.mutants.operators.union_branch_dropped import union_branch_dropped
from dbt_ai.sql.mutants.operators.union_distinct import union_distinct
from dbt_ai.sql.mutants.values import Operator

# Where two operators make the same SQL of the same node, the first one keeps it.
OPERATORS: tuple[Operator, ...] = (
    comparison_boundary,
    incremental_boundary,
    comparison_reversed,
    equality_negated,
    equality_null_safe,
    connective_swapped,
    condition_dropped,
    join_condition_dropped,
    filter_dropped,
    having_dropped,
    qualify_dropped,
    filter_negated,
    in_negated,
    in_value_dropped,
    exists_negated,
    null_check_negated,
    between_bounds,
    between_negated,
    like_negated,
    like_case,
    like_pattern,
    not_dropped,
    flag_negated,
    boolean_flipped,
    join_side,
    join_turned,
    join_condition_to_filter,
    filter_to_join_condition,
    minimum_maximum,
    sum_average,
    sum_maximum,
    aggregate_distinct,
    count_all,
    count_matches,
    aggregate_filter_dropped,
    group_key_dropped,
    distinct_dropped,
    distinct_added,
    coalesce_dropped,
    coalesce_reordered,
    nullif_dropped,
    case_branch_dropped,
    case_branches_reordered,
    case_default_dropped,
    case_results_swapped,
    arithmetic_operator,
    arithmetic_operand_dropped,
    operands_swapped,
    number_moved,
    text_changed,
    date_moved,
    interval_moved,
    truncation_unit,
    difference_unit,
    date_part,
    cast_dropped,
    rounding_dropped,
    floor_ceiling,
    sign_dropped,
    text_cleaning_dropped,
    greatest_least,
    union_distinct,
    union_branch_dropped,
    except_intersect,
    partition_key_dropped,
    order_reversed,
    order_key_dropped,
    nulls_placement,
    ranking_function,
    neighbour_row,
    frame_moved,
    frame_dropped,
    limit_moved,
    column_swapped,
    column_source_swapped,
    relation_swapped,
)
