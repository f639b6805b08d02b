"""Rules that say in a sentence what a column is: one rule one file, tried in the order of `RULES`.

A rule takes a ColumnContext and gives a Draft, or None where it has nothing true to say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dbt_ai.tasks.derived.columns.aggregate import aggregate
from dbt_ai.tasks.derived.columns.boolean import boolean
from dbt_ai.tasks.derived.columns.case_labels import case_labels
from dbt_ai.tasks.derived.columns.computed import computed
from dbt_ai.tasks.derived.columns.constant import constant
from dbt_ai.tasks.derived.columns.data_note import data_notes
from dbt_ai.tasks.derived.columns.date_part import date_part
from dbt_ai.tasks.derived.columns.default import default
from dbt_ai.tasks.derived.columns.inherit import inherit_derived, inherit_human
from dbt_ai.tasks.derived.columns.key import key, unique_note
from dbt_ai.tasks.derived.columns.null_condition import null_condition
from dbt_ai.tasks.derived.columns.provenance import provenance
from dbt_ai.tasks.derived.columns.reference import reference, refers
from dbt_ai.tasks.derived.columns.repeated import repeated
from dbt_ai.tasks.derived.columns.shape import shape
from dbt_ai.tasks.derived.columns.snapshot_column import snapshot_column
from dbt_ai.tasks.derived.columns.surrogate_key import surrogate_key
from dbt_ai.tasks.derived.columns.value_set import value_set, value_set_of
from dbt_ai.tasks.derived.columns.window import window
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Sentence, Strength

RULES: tuple[Callable[[ColumnContext], Draft | None], ...] = (
    snapshot_column,
    inherit_human,
    surrogate_key,
    key,
    reference,
    inherit_derived,
    aggregate,
    window,
    case_labels,
    boolean,
    constant,
    date_part,
    computed,
    provenance,
    value_set,
)

ADDITIONS: tuple[Callable[[ColumnContext, Draft], Sentence | None], ...] = (
    default,
    refers,
    null_condition,
    unique_note,
    repeated,
    value_set_of,
    shape,
)


def describe_column(context: ColumnContext) -> Draft | None:
    """The first rule's draft, with what further rules know of NULLs, defaults and values."""
    for rule in RULES:
        draft = rule(context)
        if draft is None:
            continue
        for addition in ADDITIONS:
            further = addition(context, draft)
            if further is not None:
                draft = replace(draft, further=(*draft.further, further))
        return replace(draft, further=(*draft.further, *data_notes(context, draft)))
    notes = data_notes(context, None)
    return Draft(notes[0], Strength.PROVENANCE, notes[1:], travels=False) if notes else None
